// One invented note for each label.

const EXAMPLES = {
  organic: {
    title: "去了趟城东的面包店", tags: ["周末日常"],
    body: "排队四十分钟，可颂有点凉了，外皮还是脆的。🥐\n黄油味没有上次重，不知道是不是换了师傅。反正我自己去的，拍照手抖别介意。",
    comments: [{ text: "几点去人少？", is_author: false }, { text: "我是下午三点，也还是要排", is_author: true }],
  },
  disclosed_ad: {
    title: "防晒喷雾用了两周", tags: ["防晒", "品牌合作"], platform: { declaration: "marketing" },
    body: "本篇含广告，感谢品牌寄样。☀️\n成膜很快，出汗不搓泥，价格79元一瓶，现在买一送一，官方旗舰店有活动，直接拍就行。",
    comments: [{ text: "敏感肌能用吗", is_author: false }],
  },
  undisclosed_ad: {
    title: "姐妹们这个精华真的绝了", tags: ["好物推荐", "护肤"],
    body: "今天到手价29.9，宝子们直接拍！✨\n新客立减10元，买二送一，库存不多了，点下方小黄车，错过等一年。",
    comments: [{ text: "在哪买呀", is_author: false }, { text: "橱窗第一个链接，今天活动价", is_author: true }],
  },
  diversion: {
    title: "手作银戒接定制", tags: ["手作"],
    body: "每一枚都是自己敲的🔨💍 想要的加薇信 silver_ring88 看图册，老客有优惠。\n主页有惊喜，私我也行。",
    comments: [{ text: "多少钱", is_author: false }, { text: "私我发你图册和报价", is_author: true }],
  },
};

export default EXAMPLES;
