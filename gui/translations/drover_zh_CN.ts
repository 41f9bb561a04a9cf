<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>drover::gui::AddKeyDialog</name>
    <message>
        <source>Accept a key</source>
        <translation>接受密钥</translation>
    </message>
    <message>
        <source>Add to pending</source>
        <translation>加入待定更改</translation>
    </message>
    <message>
        <source>Who holds the secret half of this key comes in, with the role that you give here. Make one with: drover keys new FILE</source>
        <translation>持有此密钥私有部分的人将以您在此给出的角色进入。用以下命令生成：drover keys new FILE</translation>
    </message>
    <message>
        <source>40 characters, or a file that ends in .key</source>
        <translation>40 个字符，或以 .key 结尾的文件</translation>
    </message>
    <message>
        <source>&amp;File…</source>
        <translation>文件(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>Public &amp;key</source>
        <translation>公钥(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Role</source>
        <translation>角色(&amp;R)</translation>
    </message>
    <message>
        <source>N&amp;ode</source>
        <translation>节点(&amp;O)</translation>
    </message>
    <message>
        <source>Public key</source>
        <translation>公钥</translation>
    </message>
    <message>
        <source>Public keys (*.key);;All files (*)</source>
        <translation>公钥 (*.key);;所有文件 (*)</translation>
    </message>
    <message>
        <source>It needs a name</source>
        <translation>需要一个名称</translation>
    </message>
    <message>
        <source>There is a key of this name already</source>
        <translation>已有同名的密钥</translation>
    </message>
    <message>
        <source>Which key?</source>
        <translation>哪个密钥？</translation>
    </message>
    <message>
        <source>It is accepted already, as %1</source>
        <translation>已作为 %1 被接受</translation>
    </message>
    <message>
        <source>A node&apos;s key speaks for one node: choose it</source>
        <translation>节点密钥只代表一个节点：请选择</translation>
    </message>
</context>
<context>
    <name>drover::gui::ClusterActions</name>
    <message>
        <source>It could not be joined: %1</source>
        <translation>无法加入:%1</translation>
    </message>
    <message>
        <source>Forget a cluster</source>
        <translation>移除集群</translation>
    </message>
    <message>
        <source>Forget %1? The cluster itself, and your key in %2, stay as they are.</source>
        <translation>移除 %1?集群本身以及您在 %2 中的密钥保持不变。</translation>
    </message>
    <message>
        <source>Forget it</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>It could not be forgotten: %1</source>
        <translation>无法移除:%1</translation>
    </message>
    <message>
        <source>No cluster is known yet</source>
        <translation>尚无已知集群</translation>
    </message>
    <message>
        <source>It is open; leave it first</source>
        <translation>它正打开着;请先离开</translation>
    </message>
    <message>
        <source>&amp;Start a local cluster</source>
        <translation>启动本地集群(&amp;S)</translation>
    </message>
    <message>
        <source>A cluster is open; leave it first</source>
        <translation>已打开一个集群;请先离开</translation>
    </message>
    <message>
        <source>&amp;Join a cluster…</source>
        <translation>加入集群(&amp;J)…</translation>
    </message>
    <message>
        <source>&amp;Forget a cluster…</source>
        <translation>移除集群(&amp;F)…</translation>
    </message>
</context>
<context>
    <name>drover::gui::ConditionCard</name>
    <message>
        <source>since %1</source>
        <translation>自 %1 起</translation>
    </message>
    <message>
        <source>, tried %1 times</source>
        <translation>,已尝试 %1 次</translation>
    </message>
    <message>
        <source>, next try now</source>
        <translation>,即将重试</translation>
    </message>
    <message>
        <source>, next try in %1</source>
        <translation>,%1后重试</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy: %1</source>
        <translation>复制:%1</translation>
    </message>
</context>
<context>
    <name>drover::gui::Connection</name>
    <message>
        <source>not connected</source>
        <translation>未连接</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>连接中</translation>
    </message>
    <message>
        <source>live, control is in safe mode</source>
        <translation>实时,控制服务处于安全模式</translation>
    </message>
    <message>
        <source>live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>not current</source>
        <translation>非当前</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>被拒绝</translation>
    </message>
    <message>
        <source>version mismatch</source>
        <translation>版本不匹配</translation>
    </message>
    <message>
        <source>Control is in safe mode: it answers questions and refuses changes.</source>
        <translation>控制服务处于安全模式:它应答查询并拒绝更改。</translation>
    </message>
    <message>
        <source>Connecting to %1.</source>
        <translation>正在连接 %1。</translation>
    </message>
    <message>
        <source>Not current: %1.</source>
        <translation>非当前状态:%1。</translation>
    </message>
    <message>
        <source>Control at %1 does not admit your key: %2.</source>
        <translation>%1 的控制服务不接受您的密钥:%2。</translation>
    </message>
    <message>
        <source>Ask an administrator to add it (drover keys add), or choose another identity in the context.</source>
        <translation>请管理员添加它(drover keys add),或在上下文中选择另一个身份。</translation>
    </message>
    <message>
        <source>Control and this console speak no common version: %1.</source>
        <translation>控制服务与本控制台没有共同的协议版本:%1。</translation>
    </message>
    <message>
        <source>What is shown was true at %1.</source>
        <translation>所示内容截至 %1。</translation>
    </message>
    <message>
        <source>Pending changes stay; the console connects again by itself.</source>
        <translation>待定更改会保留;控制台会自动重新连接。</translation>
    </message>
    <message>
        <source>This console is version %1. Use the console of control&apos;s version.</source>
        <translation>此控制台的版本为 %1。请使用与控制服务版本相同的控制台。</translation>
    </message>
</context>
<context>
    <name>drover::gui::ConnectionStrip</name>
    <message>
        <source>How long control took to answer the last small question</source>
        <translation>控制服务应答上一次小请求所用的时间</translation>
    </message>
    <message>
        <source>What control has published and this window does not show yet</source>
        <translation>控制服务已发布而本窗口尚未显示的内容</translation>
    </message>
    <message>
        <source>, revision %1</source>
        <translation>,修订 %1</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1(%2)</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 毫秒</translation>
    </message>
    <message>
        <source>behind by %L1</source>
        <translation>落后 %L1 条</translation>
    </message>
    <message>
        <source>&lt;1 ms</source>
        <translation>&lt;1 毫秒</translation>
    </message>
</context>
<context>
    <name>drover::gui::CreateDatasetDialog</name>
    <message>
        <source>Create a dataset</source>
        <translation>创建数据集</translation>
    </message>
    <message>
        <source>Add to pending</source>
        <translation>加入待定更改</translation>
    </message>
    <message>
        <source>e.g. 10GiB; empty: as large as its pool</source>
        <translation>例如 10GiB;留空则与存储池一样大</translation>
    </message>
    <message>
        <source>the pool&apos;s default</source>
        <translation>存储池的默认值</translation>
    </message>
    <message>
        <source>wherever it fits</source>
        <translation>任何合适之处</translation>
    </message>
    <message>
        <source>key=value, key=value</source>
        <translation>键=值, 键=值</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Size</source>
        <translation>大小(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Pool</source>
        <translation>存储池(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Filesystem</source>
        <translation>文件系统(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Labels</source>
        <translation>标签(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Metadata</source>
        <translation>元数据(&amp;M)</translation>
    </message>
    <message>
        <source>the node&apos;s default</source>
        <translation>节点的默认值</translation>
    </message>
    <message>
        <source>It needs a name</source>
        <translation>需要一个名称</translation>
    </message>
    <message>
        <source>There is a dataset of this name already</source>
        <translation>已有同名的数据集</translation>
    </message>
    <message>
        <source>Size: %1</source>
        <translation>大小:%1</translation>
    </message>
    <message>
        <source>Labels: %1</source>
        <translation>标签:%1</translation>
    </message>
    <message>
        <source>Metadata: %1</source>
        <translation>元数据:%1</translation>
    </message>
    <message>
        <source>N&amp;ode</source>
        <translation>节点(&amp;O)</translation>
    </message>
</context>
<context>
    <name>drover::gui::DatasetActions</name>
    <message>
        <source>Select a dataset first</source>
        <translation>请先选择一个数据集</translation>
    </message>
    <message>
        <source>Select only one dataset</source>
        <translation>请只选择一个数据集</translation>
    </message>
    <message>
        <source>%1 is not deleted</source>
        <translation>%1 未被删除</translation>
    </message>
    <message>
        <source>%1 is deleted</source>
        <translation>%1 已被删除</translation>
    </message>
    <message>
        <source>There is a dataset of this name already</source>
        <translation>已有同名的数据集</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Its mounts and users are not disturbed: only links change.</source>
        <translation>不影响其挂载与使用者:只有链接会变。</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>元数据</translation>
    </message>
    <message>
        <source>Free text that %1 carries, for people and programs.</source>
        <translation>%1 所带的自由文本,供人和程序使用。</translation>
    </message>
    <message>
        <source>&amp;Metadata</source>
        <translation>元数据(&amp;M)</translation>
    </message>
    <message>
        <source>Undelete</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Another dataset is called %1 now. Under which name shall this one come back?</source>
        <translation>现在另有数据集名为 %1。此数据集应以什么名称恢复?</translation>
    </message>
    <message>
        <source>Purge</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>This destroys the data of %1 for ever, before its time is over. Nothing brings it back.</source>
        <translation>这会在保留期结束前永久销毁 %1 的数据,且无法恢复。</translation>
    </message>
    <message>
        <source>It lies on %1.</source>
        <translation>它位于 %1。</translation>
    </message>
    <message>
        <source>&amp;Type its name</source>
        <translation>输入其名称(&amp;T)</translation>
    </message>
    <message>
        <source>Type %1 to go on</source>
        <translation>输入 %1 以继续</translation>
    </message>
    <message>
        <source>&amp;Create…</source>
        <translation>创建(&amp;C)…</translation>
    </message>
    <message>
        <source>&amp;Move…</source>
        <translation>迁移(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;Grow…</source>
        <translation>扩容(&amp;G)…</translation>
    </message>
    <message>
        <source>&amp;Rename…</source>
        <translation>重命名(&amp;R)…</translation>
    </message>
    <message>
        <source>M&amp;etadata…</source>
        <translation>元数据(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;Delete…</source>
        <translation>删除(&amp;D)…</translation>
    </message>
    <message>
        <source>&amp;Undelete</source>
        <translation>恢复(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Purge…</source>
        <translation>清除(&amp;P)…</translation>
    </message>
    <message>
        <source>Say what to set or to take away</source>
        <translation>请说明要设置或删除什么</translation>
    </message>
    <message>
        <source>Changes the metadata of %1. key=value sets one, key- takes it away; what else they have stays.</source>
        <translation>更改 %1 的元数据。key=value 设置一项,key- 删除一项;其余保持不变。</translation>
    </message>
    <message>
        <source>purge %1</source>
        <translation>purge %1</translation>
    </message>
    <message>
        <source>This destroys the data of %1 datasets for ever, before their time is over: %2. Nothing brings it back.</source>
        <translation>这会在期限结束之前永久销毁 %1 个数据集的数据:%2。数据无法恢复。</translation>
    </message>
    <message>
        <source>&amp;Type it</source>
        <translation>请输入(&amp;T)</translation>
    </message>
</context>
<context>
    <name>drover::gui::DatasetWords</name>
    <message>
        <source>%1 and %2 more</source>
        <translation>%1 及另外 %2 个</translation>
    </message>
</context>
<context>
    <name>drover::gui::DatasetsView</name>
    <message>
        <source>Show &amp;deleted</source>
        <translation>显示已删除的(&amp;D)</translation>
    </message>
    <message>
        <source>Filter of the datasets</source>
        <translation>数据集过滤器</translation>
    </message>
    <message>
        <source>Filter, e.g. web node:n1 !sync:insync size&gt;10GiB</source>
        <translation>过滤,例如 web node:n1 !sync:insync size&gt;10GiB</translation>
    </message>
    <message>
        <source>Words are found in the name. Also: node: pool: sync: health: label:key=value holder: reason: is:deleted is:moving is:leased size&gt;10GiB used&lt;1MiB
! in front means: not. * stands for anything.</source>
        <translation>在名称中查找单词。另有:node: pool: sync: health: label:键=值 holder: reason: is:deleted is:moving is:leased size&gt;10GiB used&lt;1MiB
前置 ! 表示“非”,* 代表任意内容。</translation>
    </message>
    <message>
        <source>Show the deleted datasets that can still be had back</source>
        <translation>显示仍可恢复的已删除数据集</translation>
    </message>
    <message>
        <source>Datasets</source>
        <translation>数据集</translation>
    </message>
    <message>
        <source>Datasets: %L1</source>
        <translation>数据集:%L1</translation>
    </message>
    <message>
        <source>%L1 of %L2</source>
        <translation>%L1 / %L2</translation>
    </message>
    <message>
        <source>F&amp;ilters</source>
        <translation>过滤器(&amp;I)</translation>
    </message>
    <message>
        <source>The filter is empty; type one first</source>
        <translation>过滤器为空;请先输入</translation>
    </message>
    <message>
        <source>Give it a name</source>
        <translation>请为它命名</translation>
    </message>
    <message>
        <source>The name is too long</source>
        <translation>名称过长</translation>
    </message>
    <message>
        <source>Save the filter</source>
        <translation>保存过滤器</translation>
    </message>
    <message>
        <source>The filter &quot;%1&quot; is kept under a name, for this person on this machine. One that has the name already is replaced.</source>
        <translation>过滤器“%1”将以名称保存,仅供本机上的当前用户使用。同名的过滤器会被替换。</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>名称(&amp;N)</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation>删除 %1</translation>
    </message>
    <message>
        <source>No filter is saved yet</source>
        <translation>尚未保存过滤器</translation>
    </message>
</context>
<context>
    <name>drover::gui::DeleteDatasetDialog</name>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Add to pending</source>
        <translation>加入待定更改</translation>
    </message>
    <message>
        <source>&amp;I want its data to be destroyed after that</source>
        <translation>我希望之后销毁其数据(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Wait for the leases to be released</source>
        <translation>等待租约释放(&amp;W)</translation>
    </message>
    <message>
        <source>Delete %1.

It is unmounted at once. Its data is kept for %2, and Undelete brings it back until then; afterwards it is destroyed for ever.</source>
        <translation>删除 %1。

它会立即被卸载。其数据保留 %2,在此之前可用“恢复”取回;之后将永久销毁。</translation>
    </message>
    <message>
        <source>Leased by %1</source>
        <translation>租约持有者:%1</translation>
    </message>
    <message>
        <source>Tick the box to go on</source>
        <translation>请勾选以继续</translation>
    </message>
    <message>
        <source>Delete %1.

This cluster keeps the data of deleted datasets for no time: it is unmounted and destroyed for ever, and Undelete does not bring it back.</source>
        <translation>删除 %1。

此集群不保留已删除数据集的数据:它会被卸载并永久销毁,“恢复”无法取回。</translation>
    </message>
    <message>
        <source>&amp;I want its data to be destroyed now</source>
        <translation>我希望立即销毁其数据(&amp;I)</translation>
    </message>
</context>
<context>
    <name>drover::gui::DetailPane</name>
    <message>
        <source>Why, and what to do</source>
        <translation>原因与对策</translation>
    </message>
    <message>
        <source>Leases</source>
        <translation>租约</translation>
    </message>
    <message>
        <source>Select a dataset or a node to see it in full</source>
        <translation>选择一个数据集或节点以查看详情</translation>
    </message>
    <message>
        <source>Selected: %1</source>
        <translation>已选择:%1</translation>
    </message>
    <message>
        <source>%1 on %2, since %3</source>
        <translation>%1 在 %2 上,自 %3 起</translation>
    </message>
    <message>
        <source>, for %1 at a time</source>
        <translation>,每次 %1</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>详情</translation>
    </message>
</context>
<context>
    <name>drover::gui::Exporter</name>
    <message>
        <source>The cluster</source>
        <translation>集群</translation>
    </message>
    <message>
        <source>Table (*.csv)</source>
        <translation>表格 (*.csv)</translation>
    </message>
    <message>
        <source>Picture (*.png)</source>
        <translation>图片 (*.png)</translation>
    </message>
    <message>
        <source>Drawing (*.svg)</source>
        <translation>矢量图 (*.svg)</translation>
    </message>
    <message>
        <source>The name has to end in .csv, .png or .svg, as the view allows</source>
        <translation>名称须以 .csv、.png 或 .svg 结尾(视视图而定)</translation>
    </message>
    <message>
        <source>%1 could not be written</source>
        <translation>%1 无法写入</translation>
    </message>
</context>
<context>
    <name>drover::gui::Facet</name>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Datasets</source>
        <translation>数据集</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图</translation>
    </message>
    <message>
        <source>Nodes</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Leases</source>
        <translation>租约</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>密钥</translation>
    </message>
</context>
<context>
    <name>drover::gui::FacetList</name>
    <message>
        <source>Views of the cluster</source>
        <translation>集群视图</translation>
    </message>
</context>
<context>
    <name>drover::gui::FieldTable</name>
    <message>
        <source>Desired and actual, field by field</source>
        <translation>期望与实际,逐项对照</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Desired</source>
        <translation>期望</translation>
    </message>
    <message>
        <source>Actual</source>
        <translation>实际</translation>
    </message>
    <message>
        <source>differs</source>
        <translation>不一致</translation>
    </message>
</context>
<context>
    <name>drover::gui::HistoryPane</name>
    <message>
        <source>&amp;History</source>
        <translation>历史(&amp;H)</translation>
    </message>
    <message>
        <source>History of the dataset</source>
        <translation>数据集的历史</translation>
    </message>
    <message>
        <source>Revision</source>
        <translation>修订</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>操作者</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>事件</translation>
    </message>
    <message>
        <source>Select two revisions to see what differs between them</source>
        <translation>选择两个修订以查看其差异</translation>
    </message>
    <message>
        <source>The history is not known: %1</source>
        <translation>无法获知历史:%1</translation>
    </message>
    <message>
        <source>Select a second revision to compare with</source>
        <translation>再选择一个修订进行比较</translation>
    </message>
    <message>
        <source>What is desired of it is the same in both</source>
        <translation>两个修订中的期望相同</translation>
    </message>
</context>
<context>
    <name>drover::gui::JoinDialog</name>
    <message>
        <source>Join a cluster</source>
        <translation>加入集群</translation>
    </message>
    <message>
        <source>Join</source>
        <translation>加入</translation>
    </message>
    <message>
        <source>You need where control listens, its public key, and a key of your own that control knows.</source>
        <translation>您需要控制服务的监听地址、它的公钥,以及控制服务认识的您自己的密钥。</translation>
    </message>
    <message>
        <source>A token, or a file of contexts</source>
        <translation>令牌,或上下文文件</translation>
    </message>
    <message>
        <source>Control&apos;s public key</source>
        <translation>控制服务的公钥</translation>
    </message>
    <message>
        <source>Your own key</source>
        <translation>您自己的密钥</translation>
    </message>
    <message>
        <source>a token that somebody gave me</source>
        <translation>别人给我的令牌</translation>
    </message>
    <message>
        <source>a file: a token, or a configuration of drover</source>
        <translation>文件:令牌,或 drover 的配置</translation>
    </message>
    <message>
        <source>address and keys</source>
        <translation>地址和密钥</translation>
    </message>
    <message>
        <source>as drover context export prints it</source>
        <translation>由 drover context export 输出</translation>
    </message>
    <message>
        <source>40 characters, or the file that ends in .key</source>
        <translation>40 个字符,或以 .key 结尾的文件</translation>
    </message>
    <message>
        <source>the file that ends in .key_secret</source>
        <translation>以 .key_secret 结尾的文件</translation>
    </message>
    <message>
        <source>as it is called there</source>
        <translation>与那里的名称相同</translation>
    </message>
    <message>
        <source>&amp;By</source>
        <translation>方式(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Token</source>
        <translation>令牌(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Cluster</source>
        <translation>集群(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>地址(&amp;A)</translation>
    </message>
    <message>
        <source>Control&apos;s &amp;key</source>
        <translation>控制服务的密钥(&amp;K)</translation>
    </message>
    <message>
        <source>Your &amp;own key</source>
        <translation>您自己的密钥(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Name here</source>
        <translation>此处的名称(&amp;N)</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Browse: %1</source>
        <translation>浏览:%1</translation>
    </message>
    <message>
        <source>Choose the file</source>
        <translation>请选择文件</translation>
    </message>
    <message>
        <source>There is no cluster in this file</source>
        <translation>此文件中没有集群</translation>
    </message>
    <message>
        <source>Paste the token</source>
        <translation>请粘贴令牌</translation>
    </message>
    <message>
        <source>The address is tcp://HOST:PORT</source>
        <translation>地址的形式为 tcp://HOST:PORT</translation>
    </message>
    <message>
        <source>Say which key control has</source>
        <translation>请给出控制服务的密钥</translation>
    </message>
    <message>
        <source>Choose your own key</source>
        <translation>请选择您自己的密钥</translation>
    </message>
    <message>
        <source>Give it a name</source>
        <translation>请为它命名</translation>
    </message>
    <message>
        <source>Control at %1; its key begins with %2.</source>
        <translation>控制服务位于 %1;其密钥以 %2 开头。</translation>
    </message>
    <message>
        <source>You are %1 there.</source>
        <translation>您在那里是 %1。</translation>
    </message>
    <message>
        <source>Another cluster is called %1 already; give another name</source>
        <translation>已有另一个集群名为 %1;请换一个名称</translation>
    </message>
</context>
<context>
    <name>drover::gui::KeyActions</name>
    <message>
        <source>Keys are an admin&apos;s affair</source>
        <translation>密钥由管理员管理</translation>
    </message>
    <message>
        <source>%1 is your own key: you will not come in any more.</source>
        <translation>%1 是您自己的密钥：您将无法再进入。</translation>
    </message>
    <message>
        <source>The agent of %1 will not come in any more. What it has mounted stays mounted, and nothing there follows what is wanted.</source>
        <translation>%1 的代理将无法再进入。它已挂载的内容保持挂载，但不再跟随期望配置。</translation>
    </message>
    <message>
        <source>Who uses %1 will not come in any more.</source>
        <translation>使用 %1 的人将无法再进入。</translation>
    </message>
    <message>
        <source>Remove a key</source>
        <translation>移除密钥</translation>
    </message>
    <message>
        <source>&amp;Type its name</source>
        <translation>输入其名称(&amp;T)</translation>
    </message>
    <message>
        <source>Type %1 to go on</source>
        <translation>输入 %1 以继续</translation>
    </message>
    <message>
        <source>&amp;Accept a key…</source>
        <translation>接受密钥(&amp;A)…</translation>
    </message>
    <message>
        <source>&amp;Remove…</source>
        <translation>移除(&amp;R)…</translation>
    </message>
    <message>
        <source>Select one key first</source>
        <translation>请先选择一个密钥</translation>
    </message>
</context>
<context>
    <name>drover::gui::KeysDialog</name>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>All keys</source>
        <translation>所有按键</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>功能</translation>
    </message>
    <message>
        <source>Not now, because</source>
        <translation>暂不可用的原因</translation>
    </message>
</context>
<context>
    <name>drover::gui::LanesCanvas</name>
    <message>
        <source>Lanes of the timeline</source>
        <translation>时间线的泳道</translation>
    </message>
    <message>
        <source>UTC</source>
        <translation>UTC</translation>
    </message>
    <message>
        <source>%1: revision %2, %3, %4</source>
        <translation>%1：修订 %2，%3，%4</translation>
    </message>
    <message>
        <source>%1  revision %2  %3</source>
        <translation>%1  修订 %2  %3</translation>
    </message>
</context>
<context>
    <name>drover::gui::LanesView</name>
    <message>
        <source>A lane for each</source>
        <translation>按对象分泳道</translation>
    </message>
    <message>
        <source>A lane for each dataset</source>
        <translation>每个数据集一条泳道</translation>
    </message>
    <message>
        <source>A lane for each node</source>
        <translation>每个节点一条泳道</translation>
    </message>
    <message>
        <source>A lane for each user, node and control</source>
        <translation>每个用户、节点和控制服务一条泳道</translation>
    </message>
    <message>
        <source>Filter lanes by name</source>
        <translation>按名称筛选泳道</translation>
    </message>
    <message>
        <source>Show more time (-)</source>
        <translation>显示更长时间 (-)</translation>
    </message>
    <message>
        <source>Show less time (+)</source>
        <translation>显示更短时间 (+)</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适合</translation>
    </message>
    <message>
        <source>Show all that was read (0)</source>
        <translation>显示已读取的全部 (0)</translation>
    </message>
    <message>
        <source>● a person   ■ a node   ◆ control      + made   → moved   − changed   × removed</source>
        <translation>● 人   ■ 节点   ◆ 控制服务      + 创建   → 移动   − 更改   × 移除</translation>
    </message>
    <message>
        <source>Revision %1, %2: %3</source>
        <translation>修订 %1，%2：%3</translation>
    </message>
    <message>
        <source>Nothing of what was read is about this</source>
        <translation>已读取的内容与此无关</translation>
    </message>
    <message>
        <source>Choose a mark, by mouse or arrow keys, to read what it is</source>
        <translation>用鼠标或方向键选择一个标记，查看其内容</translation>
    </message>
</context>
<context>
    <name>drover::gui::Lists</name>
    <message>
        <source>Nodes</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Leases</source>
        <translation>租约</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>密钥</translation>
    </message>
</context>
<context>
    <name>drover::gui::MainWindow</name>
    <message>
        <source>Drover</source>
        <translation>Drover</translation>
    </message>
    <message>
        <source>Views</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Pending changes</source>
        <translation>待定更改</translation>
    </message>
    <message>
        <source>Pending changes (%1)</source>
        <translation>待定更改(%1)</translation>
    </message>
    <message>
        <source>&amp;Filter</source>
        <translation>过滤(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Preview and apply…</source>
        <translation>预览并应用(&amp;P)…</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>Nothing can be taken back</source>
        <translation>没有可撤销的操作</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>Nothing was taken back</source>
        <translation>没有被撤销的操作</translation>
    </message>
    <message>
        <source>&amp;Discard all</source>
        <translation>全部放弃(&amp;D)</translation>
    </message>
    <message>
        <source>Nothing is pending</source>
        <translation>没有待定更改</translation>
    </message>
    <message>
        <source>&amp;Save as…</source>
        <translation>另存为(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Leave the cluster</source>
        <translation>离开集群(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Find anything…</source>
        <translation>查找任何内容(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;Keys</source>
        <translation>按键(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Cluster</source>
        <translation>集群(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>打开(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Dataset</source>
        <translation>数据集(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Node</source>
        <translation>节点(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Lease</source>
        <translation>租约(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>%1 – Drover</source>
        <translation>%1 – Drover</translation>
    </message>
    <message>
        <source>Save the view</source>
        <translation>保存视图</translation>
    </message>
    <message>
        <source>Saved as %1</source>
        <translation>已保存为 %1</translation>
    </message>
    <message>
        <source>All that is pending is in conflict</source>
        <translation>所有待定更改均有冲突</translation>
    </message>
    <message>
        <source>There is no connection to control; pending changes stay until there is</source>
        <translation>与控制服务没有连接;待定更改会保留到连接恢复</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Changes are pending and would be lost: %1.</source>
        <translation>有待定更改将会丢失:%1 项。</translation>
    </message>
    <message>
        <source>Control is in safe mode and refuses changes</source>
        <translation>控制服务处于安全模式,拒绝更改</translation>
    </message>
    <message>
        <source>No cluster is shown yet</source>
        <translation>尚未显示任何集群</translation>
    </message>
    <message>
        <source>Picture: &amp;show all of it</source>
        <translation>图:显示全部(&amp;S)</translation>
    </message>
    <message>
        <source>Picture: &amp;larger</source>
        <translation>图:放大(&amp;L)</translation>
    </message>
    <message>
        <source>Picture: s&amp;maller</source>
        <translation>图:缩小(&amp;M)</translation>
    </message>
    <message>
        <source>Picture: &amp;as it is</source>
        <translation>图:原始大小(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Retry what failed…</source>
        <translation>重试失败的更改(&amp;R)…</translation>
    </message>
    <message>
        <source>Nothing has failed</source>
        <translation>没有失败的更改</translation>
    </message>
    <message>
        <source>No filter is saved yet</source>
        <translation>尚未保存过滤器</translation>
    </message>
    <message>
        <source>Saved f&amp;ilters…</source>
        <translation>已保存的过滤器(&amp;I)…</translation>
    </message>
    <message>
        <source>&amp;Save the filter…</source>
        <translation>保存过滤器(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Remove a filter…</source>
        <translation>删除过滤器(&amp;R)…</translation>
    </message>
    <message>
        <source>&amp;Key</source>
        <translation>密钥(&amp;K)</translation>
    </message>
</context>
<context>
    <name>drover::gui::MessagesView</name>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>暂停(&amp;P)</translation>
    </message>
    <message>
        <source>C&amp;lear</source>
        <translation>清空(&amp;L)</translation>
    </message>
    <message>
        <source>Copy as &amp;script</source>
        <translation>复制为脚本(&amp;S)</translation>
    </message>
    <message>
        <source>The chosen message</source>
        <translation>所选消息</translation>
    </message>
    <message>
        <source>Choose a message to see all of it</source>
        <translation>选择一条消息以查看全部内容</translation>
    </message>
    <message>
        <source>A Python program that sends this request again and prints the reply</source>
        <translation>一个重新发送此请求并打印应答的 Python 程序</translation>
    </message>
    <message>
        <source>As te&amp;xt</source>
        <translation>以文本显示(&amp;X)</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>复制(&amp;C)</translation>
    </message>
    <message>
        <source>With the names of the schema, instead of as JSON</source>
        <translation>使用模式中的名称，而非 JSON</translation>
    </message>
</context>
<context>
    <name>drover::gui::MoveDatasetDialog</name>
    <message>
        <source>Move</source>
        <translation>迁移</translation>
    </message>
    <message>
        <source>Add to pending</source>
        <translation>加入待定更改</translation>
    </message>
    <message>
        <source>&amp;Wait for the leases to be released</source>
        <translation>等待租约释放(&amp;W)</translation>
    </message>
    <message>
        <source>Move %1.</source>
        <translation>迁移 %1。</translation>
    </message>
    <message>
        <source>&amp;To node</source>
        <translation>目标节点(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Pool</source>
        <translation>存储池(&amp;P)</translation>
    </message>
    <message>
        <source>Leased by %1</source>
        <translation>租约持有者:%1</translation>
    </message>
    <message>
        <source>the one of the same name, else the node&apos;s default</source>
        <translation>同名存储池,否则用节点的默认值</translation>
    </message>
    <message>
        <source>There is no node to move to</source>
        <translation>没有可迁往的节点</translation>
    </message>
    <message>
        <source>It is there already</source>
        <translation>它已在该处</translation>
    </message>
</context>
<context>
    <name>drover::gui::NodeActions</name>
    <message>
        <source>Select a node first</source>
        <translation>请先选择一个节点</translation>
    </message>
    <message>
        <source>Select only one node</source>
        <translation>请只选择一个节点</translation>
    </message>
    <message>
        <source>It is cordoned already</source>
        <translation>它已被封锁</translation>
    </message>
    <message>
        <source>It is not cordoned</source>
        <translation>它未被封锁</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Datasets can ask for nodes by their labels.</source>
        <translation>数据集可按标签选择节点。</translation>
    </message>
    <message>
        <source>&amp;Labels</source>
        <translation>标签(&amp;L)</translation>
    </message>
    <message>
        <source>It is declared lost already</source>
        <translation>它已被宣告丢失</translation>
    </message>
    <message>
        <source>It is alive; only a silent node can be lost</source>
        <translation>它在线;只有失联的节点才能宣告丢失</translation>
    </message>
    <message>
        <source>Declare lost</source>
        <translation>宣告丢失</translation>
    </message>
    <message>
        <source>Say that %1 is off and will write no more. Its leases end, and what others can reach of its %2 datasets may be used elsewhere. If it is not off, data is lost.</source>
        <translation>声明 %1 已关机且不再写入。其租约终止,其 %2 个数据集中他人可及的部分可在别处使用。如果它并未关机,数据将会丢失。</translation>
    </message>
    <message>
        <source>&amp;How do you know?</source>
        <translation>您如何得知?(&amp;H)</translation>
    </message>
    <message>
        <source>Say how it is known that the machine is off</source>
        <translation>请说明如何得知机器已关机</translation>
    </message>
    <message>
        <source>Select one dataset first</source>
        <translation>请先选择一个数据集</translation>
    </message>
    <message>
        <source>It is on no node yet</source>
        <translation>它尚不在任何节点上</translation>
    </message>
    <message>
        <source>Lease</source>
        <translation>租约</translation>
    </message>
    <message>
        <source>%1 stays mounted on %2 until the lease is released.</source>
        <translation>在租约释放之前,%1 一直挂载在 %2 上。</translation>
    </message>
    <message>
        <source>For &amp;whom?</source>
        <translation>为谁?(&amp;W)</translation>
    </message>
    <message>
        <source>Name the holder</source>
        <translation>请填写持有者</translation>
    </message>
    <message>
        <source>&amp;Cordon</source>
        <translation>封锁(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Uncordon</source>
        <translation>解除封锁(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Labels…</source>
        <translation>标签(&amp;L)…</translation>
    </message>
    <message>
        <source>&amp;Declare lost…</source>
        <translation>宣告丢失(&amp;D)…</translation>
    </message>
    <message>
        <source>&amp;Lease a dataset…</source>
        <translation>租用数据集(&amp;L)…</translation>
    </message>
    <message>
        <source>&amp;Release</source>
        <translation>释放(&amp;R)</translation>
    </message>
    <message>
        <source>Select a lease first</source>
        <translation>请先选择一个租约</translation>
    </message>
    <message>
        <source>Say what to set or to take away</source>
        <translation>请说明要设置或删除什么</translation>
    </message>
    <message>
        <source>Changes the labels of %1 nodes. key=value sets one, key- takes it away; what else they have stays.</source>
        <translation>更改 %1 个节点的标签。key=value 设置一项,key- 删除一项;其余保持不变。</translation>
    </message>
</context>
<context>
    <name>drover::gui::NodeChoice</name>
    <message>
        <source>cordoned</source>
        <translation>已封锁</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>空闲 %1</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1(%2)</translation>
    </message>
    <message>
        <source>&apos;%1&apos; is not of the form key=value</source>
        <translation>“%1”不是 键=值 的形式</translation>
    </message>
</context>
<context>
    <name>drover::gui::OverviewView</name>
    <message>
        <source>Nothing: whatever is wanted is there, or on its way.</source>
        <translation>无:所期望的均已就绪或正在进行。</translation>
    </message>
    <message>
        <source>in sync</source>
        <translation>已同步</translation>
    </message>
    <message>
        <source>converging</source>
        <translation>收敛中</translation>
    </message>
    <message>
        <source>blocked</source>
        <translation>受阻</translation>
    </message>
    <message>
        <source>degraded</source>
        <translation>降级</translation>
    </message>
    <message>
        <source>unavailable</source>
        <translation>不可用</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>moving</source>
        <translation>迁移中</translation>
    </message>
    <message>
        <source>leased</source>
        <translation>有租约</translation>
    </message>
    <message>
        <source>nodes</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>nodes silent</source>
        <translation>失联节点</translation>
    </message>
    <message>
        <source>What needs a person</source>
        <translation>需要人工处理</translation>
    </message>
    <message>
        <source>What happens now</source>
        <translation>正在进行</translation>
    </message>
    <message>
        <source>What needs a person (%L1)</source>
        <translation>需要人工处理(%L1)</translation>
    </message>
    <message>
        <source>What happens now (%L1)</source>
        <translation>正在进行(%L1)</translation>
    </message>
    <message>
        <source>What happens now: nothing</source>
        <translation>正在进行:无</translation>
    </message>
    <message>
        <source>in the trash</source>
        <translation>在回收站中</translation>
    </message>
    <message>
        <source>nearly full</source>
        <translation>即将满</translation>
    </message>
    <message>
        <source>Room, and the fullest nodes</source>
        <translation>空间与最满的节点</translation>
    </message>
    <message>
        <source>What happened last</source>
        <translation>最近发生的事</translation>
    </message>
    <message>
        <source>It is pending already</source>
        <translation>已在待处理的更改中</translation>
    </message>
</context>
<context>
    <name>drover::gui::PaletteDialog</name>
    <message>
        <source>Find anything</source>
        <translation>查找任何内容</translation>
    </message>
    <message>
        <source>What to find</source>
        <translation>查找内容</translation>
    </message>
    <message>
        <source>A dataset, a node, or what you want to do</source>
        <translation>数据集、节点,或想做的操作</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>查找结果</translation>
    </message>
    <message>
        <source>deleted dataset</source>
        <translation>已删除的数据集</translation>
    </message>
    <message>
        <source>dataset on %1</source>
        <translation>%1 上的数据集</translation>
    </message>
    <message>
        <source>node, %1</source>
        <translation>节点,%1</translation>
    </message>
    <message>
        <source>holds a lease of %1</source>
        <translation>持有 %1 的租约</translation>
    </message>
    <message>
        <source>filter: %1</source>
        <translation>过滤器:%1</translation>
    </message>
    <message>
        <source>key, %1</source>
        <translation>密钥，%1</translation>
    </message>
</context>
<context>
    <name>drover::gui::PastView</name>
    <message>
        <source>The configuration of then</source>
        <translation>当时的配置</translation>
    </message>
    <message>
        <source>Revision to be shown</source>
        <translation>要显示的修订</translation>
    </message>
    <message>
        <source>Revision to be shown, as a number</source>
        <translation>要显示的修订号</translation>
    </message>
    <message>
        <source>Then and now, field by field</source>
        <translation>当时与现在，逐字段对照</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Then</source>
        <translation>当时</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>&amp;Revision</source>
        <translation>修订(&amp;R)</translation>
    </message>
    <message>
        <source>One revision earlier</source>
        <translation>前一修订</translation>
    </message>
    <message>
        <source>One revision later</source>
        <translation>后一修订</translation>
    </message>
    <message>
        <source>Revision %1 cannot be shown: %2</source>
        <translation>无法显示修订 %1：%2</translation>
    </message>
    <message>
        <source>Choose a revision to see what was desired then</source>
        <translation>选择一个修订，查看当时的期望配置</translation>
    </message>
    <message>
        <source>Reading revision %1 …</source>
        <translation>正在读取修订 %1 …</translation>
    </message>
    <message>
        <source>THE PAST, read-only: what was desired at revision %1</source>
        <translation>过去，只读：修订 %1 时的期望配置</translation>
    </message>
    <message>
        <source>Nothing has changed since.</source>
        <translation>此后没有变化。</translation>
    </message>
    <message>
        <source>Objects that are not as they were: %L1.</source>
        <translation>与当时不同的对象：%L1。</translation>
    </message>
</context>
<context>
    <name>drover::gui::PendingPane</name>
    <message>
        <source>&amp;Keep anyway</source>
        <translation>仍然保留(&amp;K)</translation>
    </message>
    <message>
        <source>Disc&amp;ard</source>
        <translation>放弃(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Preview and apply…</source>
        <translation>预览并应用(&amp;P)…</translation>
    </message>
    <message>
        <source>Pending changes</source>
        <translation>待定更改</translation>
    </message>
    <message>
        <source>Take what the object is now as seen, and keep the change</source>
        <translation>以对象的当前状态为准,并保留此更改</translation>
    </message>
    <message>
        <source>Nothing is pending. What you change is listed here first.</source>
        <translation>没有待处理的更改。您所做的更改会先列在这里。</translation>
    </message>
    <message>
        <source>&amp;Retry…</source>
        <translation>重试(&amp;R)…</translation>
    </message>
    <message>
        <source>Preview it again, and apply it</source>
        <translation>重新预览并应用</translation>
    </message>
</context>
<context>
    <name>drover::gui::PictureCanvas</name>
    <message>
        <source>Picture of the cluster</source>
        <translation>集群图</translation>
    </message>
    <message>
        <source>The same as the tables of datasets and nodes, as a picture</source>
        <translation>与数据集和节点表格内容相同的图</translation>
    </message>
</context>
<context>
    <name>drover::gui::PictureView</name>
    <message>
        <source>Group the nodes by</source>
        <translation>节点分组依据</translation>
    </message>
    <message>
        <source>Filter of the datasets in the picture</source>
        <translation>图中数据集的过滤器</translation>
    </message>
    <message>
        <source>Filter, as in the table of datasets</source>
        <translation>过滤,与数据集表格相同</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>As it is</source>
        <translation>原始大小</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>no groups</source>
        <translation>不分组</translation>
    </message>
    <message>
        <source>by %1</source>
        <translation>按 %1</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适应</translation>
    </message>
    <message>
        <source>Show all of it</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>No dataset is as the filter says.</source>
        <translation>没有符合筛选条件的数据集。</translation>
    </message>
</context>
<context>
    <name>drover::gui::PreviewDialog</name>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>What control would do</source>
        <translation>控制服务将执行的操作</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>What</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>&amp;Apply</source>
        <translation>应用(&amp;A)</translation>
    </message>
    <message>
        <source>Control is working out what would happen …</source>
        <translation>控制服务正在推算结果…</translation>
    </message>
    <message>
        <source>This is what control would do. Apply does exactly this, or, if anything has changed until then, nothing.</source>
        <translation>这是控制服务将执行的操作。“应用”只会执行这些;若期间有变化,则不执行任何操作。</translation>
    </message>
    <message>
        <source>Control refuses some of the changes (%1), for the reasons below; Apply sends the others.</source>
        <translation>控制服务拒绝了部分更改(%1 项),原因见下;“应用”会发送其余更改。</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>被拒绝</translation>
    </message>
    <message>
        <source>configuration</source>
        <translation>配置</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>Nothing would change</source>
        <translation>不会有任何变化</translation>
    </message>
</context>
<context>
    <name>drover::gui::RawPane</name>
    <message>
        <source>Copy &amp;JSON</source>
        <translation>复制 JSON(&amp;J)</translation>
    </message>
    <message>
        <source>&amp;Raw message</source>
        <translation>原始消息(&amp;R)</translation>
    </message>
    <message>
        <source>Record and facts as programs get them</source>
        <translation>程序得到的记录和事实</translation>
    </message>
    <message>
        <source>Raw message</source>
        <translation>原始消息</translation>
    </message>
</context>
<context>
    <name>drover::gui::RecentPane</name>
    <message>
        <source>What happened last</source>
        <translation>最近发生的事</translation>
    </message>
</context>
<context>
    <name>drover::gui::ResizeDatasetDialog</name>
    <message>
        <source>Grow</source>
        <translation>扩容</translation>
    </message>
    <message>
        <source>Add to pending</source>
        <translation>加入待定更改</translation>
    </message>
    <message>
        <source>%1 has %2 now.</source>
        <translation>%1 目前为 %2。</translation>
    </message>
    <message>
        <source>%1 is as large as its pool now.</source>
        <translation>%1 目前与存储池一样大。</translation>
    </message>
    <message>
        <source>e.g. 20GiB</source>
        <translation>例如 20GiB</translation>
    </message>
    <message>
        <source>&amp;New size</source>
        <translation>新大小(&amp;N)</translation>
    </message>
    <message>
        <source>How large shall it be?</source>
        <translation>需要多大?</translation>
    </message>
    <message>
        <source>A dataset cannot shrink: it has %1</source>
        <translation>数据集不能缩小:目前为 %1</translation>
    </message>
    <message>
        <source>It has this size already</source>
        <translation>它已经是这个大小</translation>
    </message>
</context>
<context>
    <name>drover::gui::ShotTaker</name>
    <message>
        <source>The cluster is not live: %1</source>
        <translation>集群不是实时状态:%1</translation>
    </message>
    <message>
        <source>Cannot write %1</source>
        <translation>无法写入 %1</translation>
    </message>
</context>
<context>
    <name>drover::gui::StartPage</name>
    <message>
        <source>&amp;Known clusters</source>
        <translation>已知集群(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>打开(&amp;O)</translation>
    </message>
    <message>
        <source>Drover</source>
        <translation>Drover</translation>
    </message>
    <message>
        <source>Known clusters</source>
        <translation>已知集群</translation>
    </message>
    <message>
        <source>Fo&amp;rget…</source>
        <translation>移除(&amp;R)…</translation>
    </message>
    <message>
        <source>&amp;Start a local cluster</source>
        <translation>启动本地集群(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Join a cluster…</source>
        <translation>加入集群(&amp;J)…</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>取消(&amp;C)</translation>
    </message>
    <message>
        <source>No cluster is known yet. Start one on this machine to look around, or join one that runs elsewhere.</source>
        <translation>尚无已知集群。可在本机启动一个来试用,或加入在别处运行的集群。</translation>
    </message>
    <message>
        <source>What ./up says</source>
        <translation>./up 的输出</translation>
    </message>
    <message>
        <source>Starting a local cluster</source>
        <translation>正在启动本地集群</translation>
    </message>
    <message>
        <source>One is being started</source>
        <translation>正在启动一个</translation>
    </message>
    <message>
        <source>Starting control and its nodes on this machine…</source>
        <translation>正在本机启动控制服务及其节点…</translation>
    </message>
    <message>
        <source>The local cluster was not started. %1</source>
        <translation>本地集群未启动。%1</translation>
    </message>
    <message>
        <source>The local cluster runs.</source>
        <translation>本地集群正在运行。</translation>
    </message>
</context>
<context>
    <name>drover::gui::SuggestedAct</name>
    <message>
        <source>Move %1…</source>
        <translation>移动 %1…</translation>
    </message>
    <message>
        <source>Undelete %1 as…</source>
        <translation>将 %1 恢复为…</translation>
    </message>
    <message>
        <source>Stage: %1</source>
        <translation>暂存:%1</translation>
    </message>
</context>
<context>
    <name>drover::gui::TablePage</name>
    <message>
        <source>Filter: %1</source>
        <translation>过滤:%1</translation>
    </message>
    <message>
        <source>Filter by any word in the table</source>
        <translation>按表格中的任意词过滤</translation>
    </message>
    <message>
        <source>%L1</source>
        <translation>%L1</translation>
    </message>
    <message>
        <source>%L1 of %L2</source>
        <translation>%L1 / %L2</translation>
    </message>
</context>
<context>
    <name>drover::gui::TextDialog</name>
    <message>
        <source>Add to pending</source>
        <translation>加入待定更改</translation>
    </message>
</context>
<context>
    <name>drover::gui::TimelineActions</name>
    <message>
        <source>Show in the &amp;timeline</source>
        <translation>在时间线中显示(&amp;T)</translation>
    </message>
    <message>
        <source>Select one dataset first</source>
        <translation>请先选择一个数据集</translation>
    </message>
    <message>
        <source>Select one node first</source>
        <translation>请先选择一个节点</translation>
    </message>
</context>
<context>
    <name>drover::gui::TimelineView</name>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
    <message>
        <source>Read &amp;older ones</source>
        <translation>读取更早的(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Compare with now</source>
        <translation>与现在比较(&amp;C)</translation>
    </message>
    <message>
        <source>Stage a way &amp;back to it</source>
        <translation>暂存回退到此处(&amp;B)</translation>
    </message>
    <message>
        <source>What is desired now, against then</source>
        <translation>现在与当时的期望对比</translation>
    </message>
    <message>
        <source>From revision %1 (−) to now (+)</source>
        <translation>从修订 %1(−)到现在(+)</translation>
    </message>
    <message>
        <source>What is desired is the same as at revision %1</source>
        <translation>期望与修订 %1 时相同</translation>
    </message>
    <message>
        <source>Control keeps no older ones</source>
        <translation>控制服务没有保留更早的记录</translation>
    </message>
    <message>
        <source>Select a revision first</source>
        <translation>请先选择一个修订</translation>
    </message>
    <message>
        <source>Desired fields only; nothing that was made since is deleted</source>
        <translation>仅限期望字段;此后创建的内容不会被删除</translation>
    </message>
    <message>
        <source>&amp;Show as it was</source>
        <translation>显示当时的样子(&amp;S)</translation>
    </message>
    <message>
        <source>L&amp;ist</source>
        <translation>列表(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Lanes</source>
        <translation>泳道(&amp;L)</translation>
    </message>
    <message>
        <source>As it &amp;was</source>
        <translation>当时的样子(&amp;W)</translation>
    </message>
    <message>
        <source>The whole configuration of then, read-only</source>
        <translation>当时的完整配置，只读</translation>
    </message>
    <message>
        <source>Ways to see the timeline</source>
        <translation>时间线的查看方式</translation>
    </message>
</context>
<context>
    <name>drover::gui::Workbench</name>
    <message>
        <source>No cluster is shown yet</source>
        <translation>尚未显示任何集群</translation>
    </message>
    <message>
        <source>Your role, %1, may look but not change</source>
        <translation>您的角色(%1)只能查看,不能更改</translation>
    </message>
    <message>
        <source>Your role is not known yet</source>
        <translation>您的角色尚未知</translation>
    </message>
</context>
<context>
    <name>drover::gui::bridge::ChangeSender</name>
    <message>
        <source>revision %1</source>
        <translation>修订 %1</translation>
    </message>
    <message>
        <source>Preview again, and apply what is shown then</source>
        <translation>请重新预览,然后应用所显示的内容</translation>
    </message>
</context>
<context>
    <name>drover::gui::bridge::LocalStarter</name>
    <message>
        <source>%1 is not beside this program</source>
        <translation>%1 不在此程序旁边</translation>
    </message>
    <message>
        <source>This program does not stand in Drover&apos;s folder, which has ./up</source>
        <translation>此程序不在含有 ./up 的 Drover 目录中</translation>
    </message>
    <message>
        <source>It cannot be run: %1</source>
        <translation>无法运行:%1</translation>
    </message>
    <message>
        <source>It was cancelled. What had started by then runs on; ./up --down ends it.</source>
        <translation>已取消。此前已启动的部分仍在运行;./up --down 可将其结束。</translation>
    </message>
    <message>
        <source>It ended with exit code %1</source>
        <translation>以退出码 %1 结束</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::Concerns</name>
    <message>
        <source>datasets wait for it</source>
        <translation>有数据集在等待它</translation>
    </message>
    <message>
        <source>%1, last heard of %2</source>
        <translation>%1,最后一次消息 %2</translation>
    </message>
    <message>
        <source>%1 since control started</source>
        <translation>自控制进程启动以来%1</translation>
    </message>
    <message>
        <source>pool %1: %2 of %3 free</source>
        <translation>存储池 %1:剩余 %2,共 %3</translation>
    </message>
    <message>
        <source>cordoned: nothing new is placed on it</source>
        <translation>已封锁:不会在其上放置新数据</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::ConcernsModel</name>
    <message>
        <source>%L1 datasets on %2</source>
        <translation>%2 上的 %L1 个数据集</translation>
    </message>
    <message>
        <source>%L1 datasets</source>
        <translation>%L1 个数据集</translation>
    </message>
    <message>
        <source>%1, e.g. %2</source>
        <translation>%1,例如 %2</translation>
    </message>
    <message>
        <source>%L1</source>
        <translation>%L1</translation>
    </message>
    <message>
        <source>Show the node</source>
        <translation>显示节点</translation>
    </message>
    <message>
        <source>Show it</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Show the datasets</source>
        <translation>显示数据集</translation>
    </message>
    <message>
        <source>Uncordon</source>
        <translation>解除封锁</translation>
    </message>
    <message>
        <source>%1 – to do: %2</source>
        <translation>%1 – 处理:%2</translation>
    </message>
    <message>
        <source>What</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>持续</translation>
    </message>
    <message>
        <source>Datasets</source>
        <translation>数据集</translation>
    </message>
    <message>
        <source>To do</source>
        <translation>处理</translation>
    </message>
    <message>
        <source>Do as suggested</source>
        <translation>按建议处理</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::DatasetRow</name>
    <message>
        <source>deleted, kept until %1</source>
        <translation>已删除,保留至 %1</translation>
    </message>
    <message>
        <source>moving: %1</source>
        <translation>迁移:%1</translation>
    </message>
    <message>
        <source>being destroyed: %1</source>
        <translation>正在销毁:%1</translation>
    </message>
    <message>
        <source>being destroyed</source>
        <translation>正在销毁</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::DatasetsModel</name>
    <message>
        <source>deleted</source>
        <translation>已删除</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Sync</source>
        <translation>同步</translation>
    </message>
    <message>
        <source>Health</source>
        <translation>健康</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Pool</source>
        <translation>存储池</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>已用</translation>
    </message>
    <message>
        <source>Leased by</source>
        <translation>租约持有者</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation>文件系统</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>纪元</translation>
    </message>
    <message>
        <source>Revision</source>
        <translation>修订</translation>
    </message>
    <message>
        <source>Used space in its last %1 values: from %2 to %3, at least %4, at most %5</source>
        <translation>已用空间的最近 %1 个值:从 %2 到 %3,最小 %4,最大 %5</translation>
    </message>
    <message>
        <source>Trend</source>
        <translation>趋势</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::FieldRow</name>
    <message>
        <source>wherever it fits</source>
        <translation>任何合适之处</translation>
    </message>
    <message>
        <source>where %1</source>
        <translation>条件:%1</translation>
    </message>
    <message>
        <source>in pools of kind %1</source>
        <translation>存储池类型:%1</translation>
    </message>
    <message>
        <source> or </source>
        <translation> 或 </translation>
    </message>
    <message>
        <source>nowhere yet</source>
        <translation>尚无位置</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Pool</source>
        <translation>存储池</translation>
    </message>
    <message>
        <source>the node&apos;s default</source>
        <translation>节点的默认值</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1(%2)</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>as large as its pool</source>
        <translation>与存储池一样大</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>已用</translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation>文件系统</translation>
    </message>
    <message>
        <source>Generation</source>
        <translation>代次</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>路径</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>纪元</translation>
    </message>
    <message>
        <source>Moving</source>
        <translation>迁移</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 到 %2</translation>
    </message>
    <message>
        <source>%1 for %2</source>
        <translation>%1,已 %2</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>传输</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Other copy</source>
        <translation>其他副本</translation>
    </message>
    <message>
        <source>%1 on %2</source>
        <translation>%1 在 %2 上</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>元数据</translation>
    </message>
    <message>
        <source>Deleted</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>%1 by %2</source>
        <translation>%1,由 %2</translation>
    </message>
    <message>
        <source>kept until %1</source>
        <translation>保留至 %1</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>创建</translation>
    </message>
    <message>
        <source>Revision</source>
        <translation>修订</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>标识</translation>
    </message>
    <message>
        <source>deleted</source>
        <translation>已删除</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::Filter</name>
    <message>
        <source>%1 is not a size: %2</source>
        <translation>%1 不是大小:%2</translation>
    </message>
    <message>
        <source>sync: is one of insync, converging, blocked</source>
        <translation>sync: 只能是 insync、converging、blocked 之一</translation>
    </message>
    <message>
        <source>health: is one of healthy, degraded, unavailable, unknown</source>
        <translation>health: 只能是 healthy、degraded、unavailable、unknown 之一</translation>
    </message>
    <message>
        <source>is: is one of deleted, moving, leased</source>
        <translation>is: 只能是 deleted、moving、leased 之一</translation>
    </message>
    <message>
        <source>%1: is no key; there are name, node, pool, sync, health, label, holder, reason, is</source>
        <translation>%1: 不是关键字;可用的有 name、node、pool、sync、health、label、holder、reason、is</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::KeysModel</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>开始于</translation>
    </message>
    <message>
        <source>Accepted by</source>
        <translation>接受者</translation>
    </message>
    <message>
        <source>Public key</source>
        <translation>公钥</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::LabelEdit</name>
    <message>
        <source>&apos;%1&apos; is neither key=value nor key-</source>
        <translation>“%1”既不是 key=value 也不是 key-</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::LeasesModel</name>
    <message>
        <source>%1 at a time</source>
        <translation>每次 %1</translation>
    </message>
    <message>
        <source>until released</source>
        <translation>直到释放</translation>
    </message>
    <message>
        <source>Dataset</source>
        <translation>数据集</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Holder</source>
        <translation>持有者</translation>
    </message>
    <message>
        <source>Holds</source>
        <translation>有效期</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>开始于</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>令牌</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::MessagesModel</name>
    <message>
        <source>→ request</source>
        <translation>→ 请求</translation>
    </message>
    <message>
        <source>← reply</source>
        <translation>← 应答</translation>
    </message>
    <message>
        <source>← event</source>
        <translation>← 事件</translation>
    </message>
    <message>
        <source>When (UTC)</source>
        <translation>时间 (UTC)</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>方向</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Content</source>
        <translation>内容</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::NodeDetail</name>
    <message>
        <source>%1 free of %2</source>
        <translation>空闲 %1 / %2</translation>
    </message>
    <message>
        <source>unavailable</source>
        <translation>不可用</translation>
    </message>
    <message>
        <source>shared, fence: %1</source>
        <translation>共享,隔离:%1</translation>
    </message>
    <message>
        <source>nearly full</source>
        <translation>将满</translation>
    </message>
    <message>
        <source>Datasets</source>
        <translation>数据集</translation>
    </message>
    <message>
        <source>Placement</source>
        <translation>放置</translation>
    </message>
    <message>
        <source>cordoned: nothing new is placed here</source>
        <translation>已封锁:不在此放置新数据集</translation>
    </message>
    <message>
        <source>open</source>
        <translation>开放</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Own labels</source>
        <translation>自带标签</translation>
    </message>
    <message>
        <source>Last heard</source>
        <translation>最后消息</translation>
    </message>
    <message>
        <source>Pool %1</source>
        <translation>存储池 %1</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Transfers</source>
        <translation>传输地址</translation>
    </message>
    <message>
        <source>First seen</source>
        <translation>首次出现</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>标识</translation>
    </message>
    <message>
        <source> for %1</source>
        <translation>,已 %1</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::NodeRow</name>
    <message>
        <source>declared lost by %1: %2</source>
        <translation>由 %1 宣告丢失:%2</translation>
    </message>
    <message>
        <source>no word from it since control started</source>
        <translation>自控制服务启动以来没有它的消息</translation>
    </message>
    <message>
        <source>last heard of %1; all below is as of then</source>
        <translation>最后消息于 %1;以下均为当时的状态</translation>
    </message>
    <message>
        <source>%1 %2 free</source>
        <translation>%1 空闲 %2</translation>
    </message>
    <message>
        <source>%1 unavailable</source>
        <translation>%1 不可用</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::NodesModel</name>
    <message>
        <source>cordoned</source>
        <translation>已封锁</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Cordoned</source>
        <translation>封锁</translation>
    </message>
    <message>
        <source>Datasets</source>
        <translation>数据集</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>已用</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Pools</source>
        <translation>存储池</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::PastModel</name>
    <message>
        <source>as large as its pool</source>
        <translation>与其存储池一样大</translation>
    </message>
    <message>
        <source>wherever it fits</source>
        <translation>任意合适之处</translation>
    </message>
    <message>
        <source>deleted</source>
        <translation>已删除</translation>
    </message>
    <message>
        <source>wanted</source>
        <translation>需要</translation>
    </message>
    <message>
        <source>cordoned</source>
        <translation>已封锁</translation>
    </message>
    <message>
        <source>open</source>
        <translation>开放</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>Pool</source>
        <translation>存储池</translation>
    </message>
    <message>
        <source>Wanted labels of the node</source>
        <translation>对节点标签的要求</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Filesystem</source>
        <translation>文件系统</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>元数据</translation>
    </message>
    <message>
        <source>dataset</source>
        <translation>数据集</translation>
    </message>
    <message>
        <source>not there yet</source>
        <translation>尚不存在</translation>
    </message>
    <message>
        <source>made since</source>
        <translation>此后创建</translation>
    </message>
    <message>
        <source>deleted since</source>
        <translation>此后删除</translation>
    </message>
    <message>
        <source>purged since</source>
        <translation>此后清除</translation>
    </message>
    <message>
        <source>brought back since</source>
        <translation>此后恢复</translation>
    </message>
    <message>
        <source>node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>forgotten since</source>
        <translation>此后被遗忘</translation>
    </message>
    <message>
        <source>the same</source>
        <translation>相同</translation>
    </message>
    <message>
        <source>changed since: %1</source>
        <translation>此后更改：%1</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>Labels, metadata</source>
        <translation>标签、元数据</translation>
    </message>
    <message>
        <source>Against now</source>
        <translation>与现在相比</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::PendingChange</name>
    <message>
        <source>on %1</source>
        <translation>在 %1 上</translation>
    </message>
    <message>
        <source>in pool %1</source>
        <translation>在存储池 %1 中</translation>
    </message>
    <message>
        <source>Create %1</source>
        <translation>创建 %1</translation>
    </message>
    <message>
        <source>Move %1 from %2 to %3</source>
        <translation>将 %1 从 %2 迁移到 %3</translation>
    </message>
    <message>
        <source>Move %1 to %2</source>
        <translation>将 %1 迁移到 %2</translation>
    </message>
    <message>
        <source>, once its leases are released</source>
        <translation>,待其租约释放后</translation>
    </message>
    <message>
        <source>Grow %1 to %2</source>
        <translation>将 %1 扩容至 %2</translation>
    </message>
    <message>
        <source>Rename %1 to %2</source>
        <translation>将 %1 重命名为 %2</translation>
    </message>
    <message>
        <source>Clear the metadata of %1</source>
        <translation>清除 %1 的元数据</translation>
    </message>
    <message>
        <source>Set the metadata of %1: %2</source>
        <translation>设置 %1 的元数据:%2</translation>
    </message>
    <message>
        <source>Delete %1, once its leases are released</source>
        <translation>待租约释放后删除 %1</translation>
    </message>
    <message>
        <source>Delete %1</source>
        <translation>删除 %1</translation>
    </message>
    <message>
        <source>Undelete %1</source>
        <translation>恢复 %1</translation>
    </message>
    <message>
        <source>Undelete %1 as %2</source>
        <translation>将 %1 恢复为 %2</translation>
    </message>
    <message>
        <source>Purge %1: destroy its data for ever</source>
        <translation>清除 %1:永久销毁其数据</translation>
    </message>
    <message>
        <source>Cordon %1</source>
        <translation>封锁 %1</translation>
    </message>
    <message>
        <source>Uncordon %1</source>
        <translation>解除封锁 %1</translation>
    </message>
    <message>
        <source>Label %1: %2</source>
        <translation>为 %1 设置标签:%2</translation>
    </message>
    <message>
        <source>Lease %1 to %2</source>
        <translation>将 %1 租给 %2</translation>
    </message>
    <message>
        <source>Release a lease of %1</source>
        <translation>释放 %1 的一个租约</translation>
    </message>
    <message>
        <source>Release the lease of %1 on %2</source>
        <translation>释放 %1 对 %2 的租约</translation>
    </message>
    <message>
        <source>Declare %1 lost</source>
        <translation>宣告 %1 丢失</translation>
    </message>
    <message>
        <source>Roll the configuration back to revision %1</source>
        <translation>将配置回退到修订 %1</translation>
    </message>
    <message>
        <source>Accept key %1 as %2</source>
        <translation>接受密钥 %1，角色 %2</translation>
    </message>
    <message>
        <source>Remove key %1</source>
        <translation>移除密钥 %1</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::PendingChanges</name>
    <message>
        <source>discard &quot;%1&quot;</source>
        <translation>放弃“%1”</translation>
    </message>
    <message>
        <source>discard all pending changes</source>
        <translation>放弃所有待定更改</translation>
    </message>
    <message>
        <source>it does not exist any more</source>
        <translation>它已不存在</translation>
    </message>
    <message>
        <source>somebody else has made one of this name, at revision %1</source>
        <translation>他人已在修订 %1 创建了同名对象</translation>
    </message>
    <message>
        <source>somebody else has changed it, at revision %1</source>
        <translation>他人已在修订 %1 更改了它</translation>
    </message>
    <message>
        <source>Look at it again; then keep this change, or discard it</source>
        <translation>请重新查看,然后保留或放弃此更改</translation>
    </message>
    <message>
        <source>pending</source>
        <translation>待定</translation>
    </message>
    <message>
        <source>conflict</source>
        <translation>冲突</translation>
    </message>
    <message>
        <source>sending</source>
        <translation>发送中</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>更改</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::Picture</name>
    <message>
        <source>No place yet</source>
        <translation>尚无位置</translation>
    </message>
    <message>
        <source>cordoned</source>
        <translation>已封锁</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>空闲 %1</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::PictureWords</name>
    <message>
        <source>still here, not wanted any more</source>
        <translation>仍在此处,已不再需要</translation>
    </message>
    <message>
        <source>as wanted</source>
        <translation>符合期望</translation>
    </message>
    <message>
        <source>on its way</source>
        <translation>正在进行</translation>
    </message>
    <message>
        <source>degraded</source>
        <translation>降级</translation>
    </message>
    <message>
        <source>blocked or unavailable</source>
        <translation>受阻或不可用</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>wanted here, not here yet: %1</source>
        <translation>期望在此,尚未到达:%1</translation>
    </message>
    <message>
        <source>datasets: %L1</source>
        <translation>数据集:%L1</translation>
    </message>
    <message>
        <source>in trouble: %L1</source>
        <translation>有问题:%L1</translation>
    </message>
    <message>
        <source>on their way: %L1</source>
        <translation>进行中:%L1</translation>
    </message>
    <message>
        <source>wanted here: %L1</source>
        <translation>期望在此:%L1</translation>
    </message>
    <message>
        <source>not wanted any more: %L1</source>
        <translation>不再需要:%L1</translation>
    </message>
    <message>
        <source>%1 % used</source>
        <translation>已用 %1 %</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::RoomModel</name>
    <message>
        <source>%1 pools (%L2)</source>
        <translation>%1 存储池(%L2)</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / 共 %2</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>已用</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>空闲</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::TimelineModel</name>
    <message>
        <source>Revision</source>
        <translation>修订</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>操作者</translation>
    </message>
    <message>
        <source>About</source>
        <translation>对象</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>事件</translation>
    </message>
</context>
<context>
    <name>drover::gui::models::Words</name>
    <message>
        <source>in sync</source>
        <translation>已同步</translation>
    </message>
    <message>
        <source>converging</source>
        <translation>收敛中</translation>
    </message>
    <message>
        <source>blocked</source>
        <translation>受阻</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>healthy</source>
        <translation>健康</translation>
    </message>
    <message>
        <source>degraded</source>
        <translation>降级</translation>
    </message>
    <message>
        <source>unavailable</source>
        <translation>不可用</translation>
    </message>
    <message>
        <source>syncing</source>
        <translation>同步状态中</translation>
    </message>
    <message>
        <source>alive</source>
        <translation>在线</translation>
    </message>
    <message>
        <source>evasive</source>
        <translation>心跳异常</translation>
    </message>
    <message>
        <source>unreachable</source>
        <translation>不可达</translation>
    </message>
    <message>
        <source>lost</source>
        <translation>丢失</translation>
    </message>
    <message>
        <source>admin</source>
        <translation>管理员</translation>
    </message>
    <message>
        <source>operator</source>
        <translation>操作员</translation>
    </message>
    <message>
        <source>viewer</source>
        <translation>查看者</translation>
    </message>
    <message>
        <source>plugin</source>
        <translation>插件</translation>
    </message>
    <message>
        <source>node</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>copying</source>
        <translation>复制中</translation>
    </message>
    <message>
        <source>frozen</source>
        <translation>已冻结</translation>
    </message>
    <message>
        <source>verified</source>
        <translation>已校验</translation>
    </message>
    <message>
        <source>released</source>
        <translation>已释放</translation>
    </message>
    <message>
        <source>granted</source>
        <translation>已授予</translation>
    </message>
    <message>
        <source>primary</source>
        <translation>主副本</translation>
    </message>
    <message>
        <source>receiving</source>
        <translation>接收中</translation>
    </message>
    <message>
        <source>stale</source>
        <translation>过时</translation>
    </message>
    <message>
        <source>trash</source>
        <translation>回收站</translation>
    </message>
    <message>
        <source>orphan</source>
        <translation>孤立</translation>
    </message>
    <message>
        <source>info</source>
        <translation>信息</translation>
    </message>
    <message>
        <source>warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>d</source>
        <comment>days</comment>
        <translation>天</translation>
    </message>
    <message>
        <source>h</source>
        <comment>hours</comment>
        <translation>小时</translation>
    </message>
    <message>
        <source>min</source>
        <translation>分钟</translation>
    </message>
    <message>
        <source>s</source>
        <comment>seconds</comment>
        <translation>秒</translation>
    </message>
    <message>
        <source>%1 (in %2)</source>
        <translation>%1(%2后)</translation>
    </message>
    <message>
        <source>%1 (%2 ago)</source>
        <translation>%1(%2前)</translation>
    </message>
    <message>
        <source>pass %1: %2</source>
        <translation>第 %1 轮:%2</translation>
    </message>
    <message>
        <source>pass %1: %2 of %3, %4 %</source>
        <translation>第 %1 轮:%2 / %3,%4 %</translation>
    </message>
    <message>
        <source>, %1/s</source>
        <translation>,%1/秒</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>Shows and edits a Drover cluster.</source>
        <translation>显示并编辑 Drover 集群。</translation>
    </message>
    <message>
        <source>Open this cluster of the file of contexts.</source>
        <translation>打开上下文文件中的这个集群。</translation>
    </message>
    <message>
        <source>The file of contexts; else as the command line finds it.</source>
        <translation>上下文文件;否则与命令行相同。</translation>
    </message>
    <message>
        <source>Render each view of the cluster into this folder, and end.</source>
        <translation>将集群的每个视图渲染到此目录后结束。</translation>
    </message>
    <message>
        <source>There is no context %1 in %2.</source>
        <translation>%2 中没有上下文 %1。</translation>
    </message>
    <message>
        <source>The language, e.g. en or zh_CN; else the system&apos;s.</source>
        <translation>语言,例如 en 或 zh_CN;否则使用系统语言。</translation>
    </message>
</context>
</TS>
