#!/usr/bin/python3
"""A script without generated code, which sends JSON frames only, can do what a client has to do; docs/protocol.md says how."""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import harness  # noqa: E402
from json_client import JsonClient  # noqa: E402


class ClientJson(harness.ClusterTest):
    nodes = 2

    def setUp(self):
        super().setUp()
        self.start()
        self.client = JsonClient(self.state_folder() / "config")
        self.addCleanup(self.client.close)

    def good(self, verb, **fields):
        reply = self.client.ask(verb, **fields)
        self.assertNotIn("error", reply)
        return reply

    def create(self, name, **fields):
        return self.client.write({"datasetCreate": {"name": name, "sizeBytes": str(64 << 20), "node": {"name": "n1"}, **fields}})

    def test_the_life_of_a_dataset(self):
        status = self.good({"statusGet": {}})["statusResult"]
        self.assertEqual(int(status["nodes"]), 2)

        made = self.good(self.create("web", metadata={"owner": "json"}))
        uid = made["writeResult"]["results"][0]["dataset"]
        self.drover("wait", "dataset", "web", "--for", "mounted")

        view = self.good({"datasetGet": {"dataset": {"name": "web"}}})["datasetListResult"]["datasets"][0]
        self.assertEqual(view["record"]["id"], uid)
        self.assertEqual(view["record"]["spec"]["metadata"], {"owner": "json"})

        self.good(self.client.write({"datasetMove": {"dataset": {"id": uid}, "to": {"name": "n2"}}}))
        self.drover("wait", "dataset", "web", "--for", "in-sync")
        self.assertTrue(self.mount("n2", "web").is_dir())

        self.good(self.client.write({"datasetDelete": {"dataset": {"name": "web"}}}))
        self.assertEqual(self.good({"datasetList": {}})["datasetListResult"]["datasets"], [])
        self.assertEqual(len(self.good({"datasetList": {"deleted": True}})["datasetListResult"]["datasets"]), 1)

    def test_a_repeated_request_is_answered_and_not_done_again(self):
        request = self.client.request(self.create("once"))
        first = self.client.exchange(json.dumps(request).encode())
        second = self.client.exchange(json.dumps(request).encode())
        self.assertNotIn("error", first)
        self.assertEqual(first, second)
        self.kill9("control")
        self.up()
        self.assertEqual(self.client.exchange(json.dumps(request).encode()), first, "also across a restart")
        request["write"]["operations"][0]["datasetCreate"]["name"] = "other"
        self.assertEqual(self.client.exchange(json.dumps(request).encode())["error"]["code"], "ERROR_CODE_DUPLICATE_REQUEST")

    def test_dry_run_and_expected_plan(self):
        create = {"datasetCreate": {"name": "p", "sizeBytes": str(64 << 20), "node": {"name": "n1"}}}
        planned = self.good(self.client.write(create, dryRun=True))
        plan = planned["writeResult"]["plan"]
        self.assertTrue(plan["steps"])
        self.assertEqual(self.good({"datasetList": {}})["datasetListResult"]["datasets"], [], "nothing was done")
        refused = self.client.ask(self.client.write({"datasetCreate": {**create["datasetCreate"], "node": {"name": "n2"}}},
                                                    expectPlan=plan["digest"]))
        self.assertEqual(refused["error"]["code"], "ERROR_CODE_PLAN_CHANGED")
        self.good(self.client.write(create, expectPlan=plan["digest"]))


if __name__ == "__main__":
    harness.main()
