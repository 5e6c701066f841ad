"""Contacts in plain and evasive writing; complaints, jokes and news that only mention an app must not fire."""
# ruff: noqa: E501 (a written line and what it must give are read as one line)

import pytest

from data.kinds import KINDS, is_off_site
from data.notes import Note
from models.signals import codes, contacts, in_site, links
from models.signals.scan import Scanner
from models.text_batch import TextBatch

ROUTES = frozenset(name for name, kind in KINDS.items() if kind.route != "none")
SCANNER = Scanner(in_site.DETECTORS + codes.DETECTORS + links.DETECTORS + contacts.DETECTORS, exclusive_kinds=ROUTES)

CONTACTS = [
    ("vx: lin_xia0099", "wechat"), ("薇❤linxia-0099", "wechat"), ("佳喂：lx220033哦", "wechat"), ("涵喂心LXB880", "wechat"), ("绿泡泡号 xia2233x", "wechat"),
    ("来找我吧V13900000012", "wechat"), ("加Ⓥ：lx2233a", "wechat"), ("晚风+ 威 w2233445", "wechat"), ("LX90069家喂", "wechat"), ("ⅴｘ：linxia99", "wechat"), ("加V信linxia99", "wechat"),
    ("加我V：lin2233yy", "wechat"), ("我的V lin2233yy", "wechat"), ("加我微lin2233yy", "wechat"), ("店主的薇 lin2233", "wechat"), ("＋我V：22330011", "wechat"), ("我V号lin2233", "wechat"), ("威信lin2233yy", "wechat"), ("薇❤️信 lin_2233", "wechat"),
    ("客服v：lin2233yy", "wechat"), ("约拍v lin2233yy", "wechat"), ("详情V：lin2233yy，备注小红薯", "wechat"), ("V139-0000-0012", "wechat"), ("徽❤：lin2233", "wechat"), ("葳信：lin2233", "wechat"),
    ("要的薇我 lin2233", "wechat"), ("+❤lin2233yy", "wechat"), ("✌🏻：lin2233yy", "wechat"), ("加w：lin2233yy", "wechat"), ("绿色小软件搜lin2233", "wechat"), ("我的微xia2233yy", "wechat"),
    ("微信ID：lin2233yy", "wechat"), ("wxid：lin2233yy", "wechat"), ("微信号码：lin2233yy", "wechat"), ("vx👉🏻lin2233yy", "wechat"), ("Vx丨lin2233yy", "wechat"), ("vx🔍lin2233yy", "wechat"),
    ("咱加个V吧", "wechat"), ("方便加个微吗", "wechat"), ("留个薇呗", "wechat"), ("换个v聊", "wechat"), ("留下微信我找你", "wechat"), ("求老板微信", "wechat"), ("能推个设计师的vx吗", "wechat"), ("加v领资料", "wechat"), ("加微拉群", "wechat"), ("加企微领取", "wechat"), ("v在主页", "wechat"), ("🛰见简介", "wechat"), ("v同手机号", "wechat"),
    ("V👉lin2233yy", "wechat"), ("薇：lin2233yy", "wechat"), ("企微号lin2233yy", "wechat"), ("VX同号，早九晚九", "wechat"),
    ("溦❤lin2233yy", "wechat"), ("你微信多少呀", "wechat"), ("怎么买，有vx吗", "wechat"), ("给我你的微信呗", "wechat"), ("vx发我一下", "wechat"), ("主页有v", "wechat"), ("简介里有微信", "wechat"),
    ("加个微信吧", "wechat"), ("可以拥有你的微信吗", "wechat"), ("想➕v", "wechat"), ("互加微信呀", "wechat"), ("加店主微信预约", "wechat"), ("有老板的微信吗", "wechat"), ("来看绿泡泡", "wechat"), ("微信同号", "wechat"),
    ("QQ:2233001122", "qq"), ("夹-企-鹅-223300112-蓝", "qq"), ("🐧裙223300112等你", "qq"), ("扣扣企鹅 2233001122 问价", "qq"), ("订蛋糕联系@qq223344", "qq"), ("问加Q223300112", "qq"), ("2233001+口口", "qq"), ("进群号：22330011", "qq"),
    ("秋秋：2233001122", "qq"), ("抠2233001122", "qq"), ("我的q是22330011", "qq"), ("交流群：223300112", "qq"), ("裙是223300112", "qq"), ("Q🐏223300112", "qq"), ("企鹅峮223300112", "qq"), ("qq搜223300112", "qq"), ("223300112，q群", "qq"),
    ("君羊：223300112", "qq"), ("qun号223300112", "qq"), ("峮223300112", "qq"),
    ("13900000012", "phone"), ("139-0000-0012", "phone"), ("139~000~000~12", "phone"), ("①③⑨ ⓪⓪⓪⓪ ⓪⓪①②", "phone"), ("预订电话：0770-5550011", "phone"), ("☎️ 5550 0011", "phone"), ("热线400-555-0011", "phone"), ("一三九零零零零零零一二", "phone"),
    ("一三九 零零零零 零零一二", "phone"), ("壹叁玖零零零零零零壹贰", "phone"), ("电话：139-0000  0012", "phone"), ("热线400-5550-011", "phone"), ("whatsapp：+60 12-345 6789", "phone"),
    ("linxia99@example.com", "email"), ("linxia99艾特qq点com", "email"), ("lin.xia#gmail.com", "email"), ("简历发22330011@qq.com", "email"),
    ("linxia99[at]outlook.com", "email"), ("QQ邮箱：22330011", "email"), ("22330011艾特qq", "email"), ("163邮箱：linxia99", "email"),
    ("公众号：晚风夜跑", "official_account"), ("关注公主号领资料", "official_account"), ("gzh搜晚风夜跑", "official_account"), ("👸号「晚风酒店」", "official_account"),
    ("公号：晚风夜跑", "official_account"), ("公重号：晚风夜跑", "official_account"), ("订阅号搜晚风夜跑", "official_account"), ("gzh 晚风夜跑", "official_account"), ("同名gzh", "official_account"), ("完整版在公众号", "official_account"), ("电子版去我公众号领", "official_account"),
    ("全平台同名", "other_account"), ("某音同名", "other_account"), ("视频号同名", "other_account"), ("老福特同名", "other_account"), ("抖音id：lin2233", "other_account"), ("B站uid 22330011", "other_account"), ("去dy找我", "other_account"), ("微博：@晚风夜跑", "other_account"), ("discord：lin2233", "other_account"), ("line id：lin2233", "other_account"),
    ("ins: lin_xia.99", "other_account"), ("详细教程在wb：晚风xia", "other_account"), ("抖音同名", "other_account"), ("ig @ lin_xia", "other_account"),
    ("拉你进微信交流群", "group_invite"), ("建了个微信群，想进的扣1", "group_invite"), ("拉了个vx群，一起来打卡", "group_invite"), ("进企微群领券", "group_invite"), ("加入discord群", "group_invite"),
    ("拉你进微信群", "group_invite"), ("加v群一起", "group_invite"),
]  # fmt: skip
ORDINARY = [
    "他加我微信骗钱", "骗子让我加微信，我没加", "微信支付就行", "别发朋友圈了", "企业微信上班打卡太烦", "公众号文章说的不一定对", "公众号没有看到公告", "在微信视频号看过", "微信读书真好用", "微信步数第一", "微信群里都在说这个", "用微信转账给老板",
    "QQ糖好吃", "QQ音乐听的", "这只企鹅好可爱", "小时候玩QQ空间", "qq弹弹的芋圆", "扣了30块押金", "裙子150块", "淘宝客服态度差", "在京东买的坏了三次", "拼多多砍一刀烦死", "闲鱼被骗经历", "抖音刷到这个博主", "美团外卖又迟到",
    "2023年10月15日", "139/20/10 打卡", "135/2024/10", "订单号20231015123456789012", "身高168体重100", "图源ins@xx", "微博热搜第一", "b站看的纪录片", "微博：吵架；知乎：编故事", "快递电话打不通", "电话里说了3遍", "加微波炉两分钟", "奶茶加微糖", "威士忌12年", "喂了3次猫", "薇娅直播间", "徽州古城120元",
    "+V领毛衣", "大V发的", "v2版本更新", "#VibeCoding[话题]#", "豆包+VsCode教程", "用vscode写的", "WXR2000型号", "Valentine快乐", "不要加微信交易", "最烦要加微信才给发货的", "后来加了微信聊了几天", "陌生男生加V卖茶叶", "被踢出微信群", "同名电影也好看",
    "卫星云图显示有雨", "韦先生12点到", "感谢@momo的邀请", "邮箱登录不了", "艾特一下我姐", "她玩wb吗", "爷爷微信聊天打字快",
    "微信多少钱能注销", "微信多少条消息没读", "老师把作业微信发我了", "微信发我红包", "头像有v领那件", "简介有vlog链接", "君羊很可爱", "qun：20260315", "溦：雨天",
    "薇：我今天好开心", "微👉辣👉中辣", "手机v：iqoo12", "求微信壁纸", "推一个微信小游戏", "留下微信就走了", "vx同款表情", "一三五七九十一二三四五六七", "壹贰叁肆伍陆", "热线400-555元起", "whatsapp好用吗", "qq邮箱登录123次", "163邮箱容量100g",
    "办公号码2233", "公号称最快", "订阅号消息折叠", "订阅号搜不到", "教程在公众号看到的", "更多人在公众号吐槽", "原文在公众号上看到过", "全网最低价", "去抖音看了直播", "抖音id怎么改", "discord：语音聊天", "line：2号线", "ins：好吃", "福特同款车主", "同学建了个微信群，十年没人说话", "宝妈微信交流群太吵",
    "连衣裙20260512上新", "班级群：20260315开家长会", "秋秋20260801满月", "扣10000000元保证金", "抠图100000张", "粉丝群100000人",
    "微博加V认证了", "这年头什么人都来加个V，造谣也要有分寸", "路边加薇甘菊警示牌", "相亲对象加我微信就问工资", "民宿老板和我互留微信了", "推荐微信读书", "推一下微信步数榜", "加v领针织衫", "加v拉链外套", "换个vlog剪法", "加个微距镜头", "大v在场都懵了",
    "客服v5太耐心了", "约拍v领的裙子", "体积V：120ml", "翻唱v：av12345678", "bv：bv1xx4y1z7", "V13手机壳", "Q版贴纸和✌🏻：手势", "+❤收藏2遍", "加我w区2服", "绿色小软件园2023", "别人微我笑了", "微信ID是什么2023",
    "朋友V我50000块", "V我50吃炸鸡", "我的vivox9用了三年", "我的V10戴了两年", "我的微单a7m4", "我微胖160cm", "他在村里很有威信2023年还当村长", "我的薇诺娜b5精华",
]  # fmt: skip


def kinds(text):
    return {hit.kind for hit in SCANNER.scan(TextBatch([Note(note_id="a", body=text)]))}


@pytest.mark.parametrize(("text", "kind"), CONTACTS)
def test_contact_is_found(text, kind):
    assert kind in kinds(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_talk_gives_no_off_site_hit(text):
    assert not {kind for kind in kinds(text) if is_off_site(kind)}


def test_value_is_the_bare_id():
    hits = SCANNER.scan(TextBatch([Note(note_id="a", body="想要的加vx：lin_xia0099哦")]))
    assert [hit.value for hit in hits if hit.kind == "wechat"] == ["lin_xia0099"]


def test_share_link_marks_are_no_email():
    assert "email" not in kinds("https://v.douyin.com/aB3dE9f/ N@x.bq pLd:/ 03/05")
