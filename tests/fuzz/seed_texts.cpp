#include "tests/fuzz/seed_texts.h"

namespace drover::tests {

namespace {

const std::string kIdA = "0b1f3c5e-8f7a-4d51-9a60-3f6c0d1e2b3a";
const std::string kIdB = "5f0c2d9e-6f0e-4d0c-8e63-9a1d5a0f3c11";

std::string named(std::string text)
{
    for (const auto& [sign, id] : {std::pair{"<A>", kIdA}, std::pair{"<B>", kIdB}})
        for (auto at = text.find(sign); at != std::string::npos; at = text.find(sign))
            text.replace(at, 3, id);
    return text;
}

} // namespace

const std::vector<SeedText>& seedTexts()
{
    static const std::vector<SeedText> all{
        {"agent_config", -1, R"(identity: /etc/drover/node.key_secret
control: {endpoint: "tcp://control:4523", key: "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"}
state: /var/lib/drover
mount_root: /drover
pools:
  - {name: default, kind: directory, path: /srv/pool, shared: false, fence: none}
  - {name: big, kind: loopback, path: /srv/big/, shared: true, fence: self}
name: web-7
address: 10.0.0.7
bulk: "tcp://10.0.0.7:4525"
labels: {zone: a}
)"},
        {"agent_config", -1, R"(identity: &p /k
control:
  endpoint: tcp://[::1]:1
  key: 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'
state: *p
mount_root: "/\x41"
pools: []
)"},
        {"cli_config", -1, R"(current: lab
contexts:
  - name: lab
    control: tcp://127.0.0.1:4523
    events: tcp://127.0.0.1:4524
    key: "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
    identity: ~/.config/drover/admin.key_secret
  - {name: other, control: "tcp://h:1", key: k, identity: i}
)"},
        {"desired", -1, R"(datasets:
  - name: web
    size: 10GiB
    filesystem: ext4
    node: n1
    pool: default
    labels: {tier: front}
    metadata: {owner: me, "a b": "c: d"}
    requiredLabels: {zone: a}
    poolKinds: [loopback, directory]
  - {name: "1.5", size: 65537KiB}
nodes:
  - name: n1
    labels: {zone: a}
    cordoned: true
)"},
        {"desired", -1, "%YAML 1.2\n---\ndatasets: &d []\nnodes: *d\n...\n"},
        {"agent_files", 1,
         named(R"({"format": 1, "cluster": "<A>", "pool": "<B>", "kind": "loopback",
 "shared": true, "fence": "self"})")},
        {"agent_files", 2, named(R"([{"pool": "<A>", "copy": "<B>", "transfer": "<A>", "pass": 3,
 "lastPassBytes": 4096, "digest": "00ff17"}])")},
        {"agent_files", 3,
         named(R"({"boot": "<A>", "lastWordMs": 3600000, "ownershipTermMs": 30000})")},
        {"agent_files", 5, named("<A>\n")},
        {"agent_files", 6, named(R"({"/srv/pool": "<A>", "/srv/other": "<B>"})")},
        {"keys", 0, "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"},
        {"keys", 2,
         "#  a comment\nmetadata\n    name = \"n1\"\n    role = node # of a node\ncurve\n"
         "    public-key = \"P\"\n    secret-key = \"S\"\n"},
        {"keys", 1, "curve\n    public-key = \"P\"\n    secret-key = \"S\"\n"},
        {"keys", 3, "curve\n\tpublic-key = \"P\"\nother\n    x = 'y'\n"},
        {"mounts", 0,
         "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n"
         "25 1 0:22 / / rw shared:1 - btrfs /dev/vda rw\n"
         "40 25 0:22 /a/b /c rw shared:1 master:3 - btrfs /dev/vda rw\n"},
        {"mounts", 1,
         "7f12a000-7f12b000 rw-s 00000000 fe:00 1234                       /srv/pool/f (deleted)\n"
         "7f12b000-7f12c000 r-xp 00000000 00:00 0\n"},
        {"quantities", 0, "1.5GiB"},
        {"quantities", 0, "65536"},
        {"quantities", 0, "10 gb"},
        {"quantities", 1, "1d2h30m5s7ms"},
        {"quantities", 1, "90"},
        {"quantities", 2, "2026-01-31T23:59:59.123456789+05:30"},
        {"quantities", 2, "9999-12-31 23:59:60Z"},
        {"quantities", 3, std::string("\x7f\xff\xff\xff\xff\xff\xff\xff", 8)},
        {"names", 0, "web-1.example_x"},
        {"names", 1, kIdA},
        {"names", 2, std::string("\x04\0zone\x01\0a\x09\0team/name\x05\0caf\xc3\xa9", 26)},
        {"names", 3,
         "a text for people, caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80, that is broken into lines"},
    };
    return all;
}

} // namespace drover::tests
