import {
  type DepositKind,
  type DocumentKind,
  documentKindLabel,
  type GuaranteeForm,
} from '../db/vocabulary.ts';

/**
 * The texts that the sales flow shows, for demonstration. They are written for this project, name fictional companies and say
 * so on their first page; a real operator publishes its own over them.
 */

/** A text ready to be published as version 1. */
export interface DemoDocument {
  readonly kind: DocumentKind;
  readonly title: string;
  /** Plain text, one string a page, a blank line between paragraphs. */
  readonly pages: readonly string[];
}

/** The broker of the demonstration: exists nowhere. */
export const demoBroker = {
  name: '演示保险经纪有限公司（演示）',
  licenseNumber: '演示-经纪-000001',
} as const;

/** Names that the platform's own documents speak of. */
export interface PlatformNames {
  readonly platformName: string;
  readonly centreName: string;
  readonly brokerName: string;
  readonly brokerLicenseNumber: string;
}

/** What a product's documents speak of. */
export interface ProductNames {
  /** Full legal name: the law asks for it on every sales page. */
  readonly insurerName: string;
  readonly productName: string;
  readonly depositKind: DepositKind;
  readonly form: GuaranteeForm;
  readonly brokerName: string;
  /** Whether the terms come with their annexes: twenty pages in all, as real terms do. */
  readonly withAnnexes?: boolean;
}

const NOTICE =
  '【演示文本】本文件仅供系统演示使用，所涉机构、产品、许可证号及账户均为虚构，不构成要约、承诺或者法律意见。';

const page = (...paragraphs: readonly string[]): string => paragraphs.join('\n\n');

/** What differs between the kinds of deposit: who is secured, what for, since when and how much at most. */
interface KindFacts {
  readonly subject: string;
  readonly insured: string;
  readonly duty: string;
  readonly breaches: readonly string[];
  readonly exclusions: readonly string[];
  readonly period: string;
  readonly cap: string;
}

const kindFacts: Readonly<Record<DepositKind, KindFacts>> = {
  BID: {
    subject: '投标保证金',
    insured: '招标人',
    duty: '按照招标文件的要求参加投标，并在中标后依法与招标人订立合同',
    breaches: [
      '在投标截止时间之后、投标有效期届满之前撤销投标文件；',
      '中标后无正当理由不与招标人订立合同；',
      '订立合同时向招标人提出附加条件；',
      '招标文件要求提交履约保证金，而中标后不按照要求提交。',
    ],
    exclusions: [
      '招标人修改招标文件的实质性内容，或者未经投标人书面同意延长投标有效期所产生的损失；',
      '招标项目依法必须经批准而未获批准，或者招标程序被依法认定无效；',
      '投标人在投标截止时间之前撤回投标文件；',
    ],
    period:
      '自投标截止时间所在日的零时起，至投标有效期届满之日的二十四时止。投标有效期经投标人书面同意延长的，应当及时办理变更手续；未办理的，延长的期间不在保障范围之内。',
    cap: '投标保证金不得超过招标项目估算价的百分之二；工程施工项目同时不得超过八十万元。',
  },
  PERFORMANCE: {
    subject: '履约保证金',
    insured: '招标人（发包人）',
    duty: '按照所订立的合同约定履行工程施工义务',
    breaches: [
      '无正当理由拒绝开工，或者中途停止施工，经催告后在合理期限内仍不恢复；',
      '擅自转包或者违法分包，致使合同目的不能实现；',
      '因自身原因致使工期延误达到合同约定的解除条件；',
      '工程质量不符合合同约定，经通知后在合理期限内拒绝返工或者修复。',
    ],
    exclusions: [
      '发包人未按照合同约定支付工程款、提供场地或者办理许可所引起的停工与延误；',
      '发包人与承包人未经书面通知即变更工程范围、工期或者价款，对因变更而增加的责任；',
      '因不可抗力或者政府行为致使合同不能履行；',
    ],
    period:
      '自载明的起始日零时起，至合同约定的竣工验收合格之日止，最迟不超过载明的终止日二十四时。工期顺延的，应当在终止日之前办理变更手续。',
    cap: '履约保证金不得超过中标合同金额的百分之十。',
  },
  ADVANCE_PAYMENT: {
    subject: '预付款保证金',
    insured: '招标人（发包人）',
    duty: '按照合同约定的用途使用工程预付款，并以完成的工程量予以抵扣或者返还',
    breaches: [
      '将预付款挪作合同约定以外的用途；',
      '收到预付款后无正当理由不进场、不开工；',
      '合同解除后，未在约定期限内返还尚未抵扣的预付款。',
    ],
    exclusions: [
      '发包人未实际支付的预付款，以及超出合同约定支付的部分；',
      '已经通过工程款抵扣、或者发包人应抵扣而怠于抵扣的部分；',
      '因发包人违约致使合同解除所产生的损失；',
    ],
    period:
      '自发包人支付预付款之日与载明的起始日中较晚者零时起，至预付款全部抵扣完毕之日止，最迟不超过载明的终止日二十四时。保障金额随预付款的抵扣相应递减。',
    cap: '预付款保证的金额以合同约定的预付款为限。',
  },
  WAGE: {
    subject: '农民工工资保证金',
    insured: '工程所在地的人力资源社会保障行政部门',
    duty: '依法按时足额支付其所招用或者应当先行清偿的农民工工资',
    breaches: [
      '拖欠农民工工资，经责令限期支付而逾期未支付；',
      '分包单位拖欠农民工工资，总承包单位依法应当先行清偿而未清偿。',
    ],
    exclusions: [
      '工程款、材料款、机械租赁费、管理费以及其他不属于农民工工资的款项；',
      '未在本工程提供劳动的人员的工资，以及经查明属于虚报、冒领的部分；',
      '责令限期支付的决定作出之前，未经依法核实的请求；',
    ],
    period:
      '自载明的起始日零时起，至工程完工且农民工工资经公示无拖欠之日止，最迟不超过载明的终止日二十四时。',
    cap: '农民工工资保证金按照合同金额的一定比例存储，一般为百分之一至百分之三。',
  },
  QUALITY: {
    subject: '工程质量保证金',
    insured: '招标人（发包人）',
    duty: '在缺陷责任期内对工程缺陷承担维修责任',
    breaches: [
      '缺陷责任期内出现由承包人原因造成的缺陷，经书面通知后在约定期限内拒绝维修；',
      '维修后经验收仍不合格，且拒绝再次维修或者承担鉴定及维修费用。',
    ],
    exclusions: [
      '因发包人或者使用人使用不当、擅自改建、维护不善所造成的缺陷；',
      '设计缺陷以及由发包人提供的材料、设备所造成的缺陷；',
      '缺陷责任期届满之后方出现、或者方通知的缺陷；',
    ],
    period:
      '自工程通过竣工验收之日与载明的起始日中较晚者零时起，至缺陷责任期届满之日止，最迟不超过载明的终止日二十四时。',
    cap: '工程质量保证金不得超过工程价款结算总额的百分之三；履约保证尚未解除的，不得同时预留质量保证金。',
  },
};

/** The words of an insurance and of a surety for the same things, since a guarantee company insures nobody. */
interface Words {
  readonly applicant: string;
  readonly insured: string;
  readonly issuer: string;
  readonly instrument: string;
  readonly premium: string;
  readonly sum: string;
  readonly term: string;
  readonly pay: string;
  readonly apply: string;
  readonly form: string;
  readonly end: string;
  readonly issue: string;
  readonly amend: string;
  readonly amendment: string;
  readonly settle: string;
}

const insuranceWords: Words = {
  applicant: '投保人',
  insured: '被保险人',
  issuer: '保险人',
  instrument: '保险单',
  premium: '保险费',
  sum: '保险金额',
  term: '保险期间',
  pay: '赔偿',
  apply: '投保',
  form: '投保单',
  end: '退保',
  issue: '承保',
  amend: '批改',
  amendment: '批单',
  settle: '理赔',
};

const suretyWords: Words = {
  applicant: '委托人',
  insured: '受益人',
  issuer: '担保人',
  instrument: '保函',
  premium: '担保费',
  sum: '担保金额',
  term: '担保期间',
  pay: '代偿',
  apply: '申请',
  form: '担保委托书',
  end: '撤保',
  issue: '出具',
  amend: '变更',
  amendment: '变更书',
  settle: '代偿',
};

const wordsOf = (form: GuaranteeForm): Words => (form === 'INSURANCE' ? insuranceWords : suretyWords);

const numbered = (items: readonly string[]): string =>
  items.map((item, index) => `（${'一二三四五六七八九十'[index]}）${item}`).join('\n');

function serviceAgreement({ platformName, centreName, brokerName }: PlatformNames): DemoDocument {
  return {
    kind: 'SERVICE_AGREEMENT',
    title: '平台服务协议',
    pages: [
      page(
        NOTICE,
        `本协议由使用${platformName}（以下称“本平台”）办理电子保函业务的企业（以下称“用户”）与本平台运营方订立。用户在办理业务之前，应当完整阅读并理解本协议，特别是以“重要”标明的条款。`,
        '第一条　服务内容。本平台为用户提供招标项目标段信息查询、电子保函申请、缴费信息提交、保函与发票下载、保函公开验真、售后服务等信息技术服务。',
        '第二条　平台的地位。本平台不是保险公司，也不是担保公司，不承担保险责任或者担保责任。保函由用户自行选择的保险公司或者担保公司（以下称“金融机构”）出具，是否承保、费率与费用以金融机构的最终决定为准。',
        `第三条　经纪服务。保险产品的销售和协助理赔等服务由${brokerName}提供，其权利义务见《客户告知书》和《保险经纪委托协议》。`,
      ),
      page(
        '第四条　公平竞争（重要）。本平台按照公示的中立规则排列金融机构，不指定、不推荐、不限定任何金融机构，不以任何形式预先勾选产品。用户有权自由选择金融机构，也有权选择以现金、银行保函等其他方式提交保证金。',
        '第五条　价格与费用。本平台展示的参考保费依据产品的公式和费率计算，并列明保险金额、费率、天数、最低保费以及所含百分之六的增值税。核保后的保费与参考保费不一致的，须经用户确认方可继续。本平台不向用户返还佣金、不发放任何形式的优惠券。',
        '第六条　用户的义务。用户应当保证所提交的企业信息、项目信息和证明材料真实、完整、有效，妥善保管账户和短信验证码。保费应当自用户本企业的账户转出，金额应当与应付金额完全一致，并在附言中填写订单的附言码。',
        `第七条　标段信息。标段的名称、编号、投标截止时间、开标时间、保证金金额等信息由${centreName}提供；信息发生变更的，以交易中心最新发布的版本为准。`,
      ),
      page(
        '第八条　开标前保密（重要）。在开标之前，除用户本企业以及用户所选择的金融机构之外，任何人不得获知用户是否就某一标段办理了投标保函，包括本平台的运营人员、招标人和交易中心。必要的人工处理仅在隐去标段与企业名称的视图中进行。',
        '第九条　操作留痕。为维护用户的合法权益，用户在销售页面的操作将被记录和保存，包括所展示文件的版本、打开与阅读完毕的时间、勾选的声明以及确认的时间。保障期间在一年以内的，相关记录自保障终止之日起保存不少于五年；超过一年的，保存不少于十年。',
        '第十条　发票。发票由出具保函的金融机构在项目开标后开具，抬头与纳税人识别号为已认证企业的名称与统一社会信用代码。电子发票一般在一至二个工作日内开具，纸质发票一般在三至五个工作日内寄出。',
        '第十一条　责任的限制。因不可抗力、通信线路故障、用户自身设备或者操作的原因造成服务中断的，本平台不承担责任，但应当及时采取补救措施。本条不免除本平台因故意或者重大过失造成用户损失的责任。',
        '第十二条　协议的变更。本协议变更时，本平台将发布新的版本并重新征得用户同意；已经提交的订单适用提交时用户所同意的版本。',
        '第十三条　争议的解决。因本协议发生的争议，双方应当协商解决；协商不成的，可以向本平台运营方所在地有管辖权的人民法院提起诉讼。',
      ),
    ],
  };
}

function privacyPolicy({ platformName, brokerName }: PlatformNames): DemoDocument {
  return {
    kind: 'PRIVACY_POLICY',
    title: '隐私权政策',
    pages: [
      page(
        NOTICE,
        `${platformName}（以下称“我们”）依照《中华人民共和国个人信息保护法》等法律法规处理您的个人信息，遵循合法、正当、必要和诚信的原则，只收集办理业务所必需的信息。`,
        '一、我们收集的信息',
        '（一）注册与登录：手机号码、短信验证码、密码的摘要。\n（二）企业认证：企业名称、统一社会信用代码、法定代表人的姓名、证件类型和证件号码、营业执照扫描件。\n（三）申请保函：项目与标段信息，企业的注册地址和联系地址，联系人和经办人的姓名、电话、电子邮箱。\n（四）缴费与发票：付款户名、付款账号、转账流水号、转账凭证，发票抬头、收件人的姓名、电话和地址。\n（五）使用记录：登录时间与网络地址，在销售页面的阅读与勾选记录。',
        '二、我们如何使用信息。我们仅为核验企业身份、办理保函申请、通知办理进度、开具并寄送发票、处理售后与投诉、履行法律规定的记录保存义务而使用上述信息，不用于商业广告推送，不作自动化的差别定价。',
      ),
      page(
        `三、向他人提供。取得您的单独同意后，我们向您所选择的保险公司或者担保公司提供核保与出函所必需的信息，向${brokerName}提供经纪服务所必需的信息，向快递公司提供寄送纸质发票所必需的收件信息。除法律、行政法规另有规定外，我们不向其他任何人提供您的个人信息，也不公开披露。`,
        '四、开标前的特别保护。在项目开标之前，您所办理的投标保函的存在与内容，对您的企业及您所选择的金融机构之外的一切人员和系统均不可见。',
        '五、存储与安全。信息存储在中华人民共和国境内。证件号码和银行账号加密存储，默认以掩码显示；工作人员查看完整号码须说明理由，并留下不可删改的审计记录。信息的保存期限为实现目的所必需的最短时间；法律规定须保存销售过程记录的，依照其规定。',
        '六、短信验证码。验证码仅供您本人使用，我们的工作人员不会以任何理由向您索取验证码或者密码。',
      ),
      page(
        '七、您的权利。您可以查阅、复制、更正您的个人信息，可以撤回同意、注销账户，也可以要求我们解释本政策。撤回同意不影响撤回之前已经进行的处理；法律规定的保存期限尚未届满的，我们将停止除存储和采取必要安全保护措施之外的处理。',
        '八、必要的浏览器存储。我们仅使用维持登录状态所必需的浏览器存储，不使用第三方的跟踪技术。',
        '九、安全事件。发生或者可能发生个人信息泄露、篡改、丢失的，我们将立即采取补救措施，并依法通知您和有关主管部门。',
        '十、政策的变更与联系。本政策变更时，我们将以新版本的形式公布，并在您下次办理业务之前重新征得您的同意。您可以通过本平台公示的客服热线行使上述权利，我们将在十五个工作日内予以答复。',
      ),
    ],
  };
}

function customerNotice({ platformName, brokerName, brokerLicenseNumber }: PlatformNames): DemoDocument {
  return {
    kind: 'CUSTOMER_NOTICE',
    title: '客户告知书',
    pages: [
      page(
        NOTICE,
        `尊敬的客户：为保障您的知情权和选择权，${brokerName}（以下称“本公司”）根据保险经纪业务监管的有关规定，向您作如下告知。`,
        `一、本公司的基本情况。名称：${brokerName}；许可证编号：${brokerLicenseNumber}；业务范围：为投保人拟订投保方案、选择保险人、办理投保手续，协助被保险人或者受益人进行索赔。您可以在监管机构的公开信息中查询经纪机构的资质。`,
        '二、本公司的法律地位。本公司是保险经纪人，基于投保人的利益提供服务。因本公司在办理业务中的过错给投保人、被保险人造成损失的，由本公司依法承担赔偿责任。',
        '三、与保险公司的关系。本公司与本平台所展示的保险公司之间不存在股权关联关系。本平台所列保险公司的先后顺序依照公示的中立规则产生，与佣金的多少无关。',
      ),
      page(
        '四、报酬的来源。本公司的佣金由保险公司按照其与本公司的约定支付，已经包含在保险费之中，本公司不再向您收取其他费用，也不向您返还佣金或者给予合同约定以外的利益。',
        '五、重要提示。请您在投保之前认真阅读投保须知、免责条款、投保人声明、特别约定和保险条款，特别是免除或者减轻保险人责任的条款；如有不明之处，请要求本公司或者保险公司予以说明，在充分理解之前请勿提交订单。',
        '六、如实告知。请您如实填写投保信息并回答保险公司的询问。故意或者因重大过失未履行如实告知义务，足以影响保险公司决定是否承保或者提高保险费率的，保险公司有权依法解除合同。',
        `七、操作记录。您正在${platformName}的销售页面上办理业务，您的操作将被记录和保存，用于维护您的合法权利。`,
      ),
      page(
        '八、保函的验证。保函出具后，任何人均可凭保单号与验证码、二维码或者电子文件，在本平台公开验证其真伪与状态。',
        '九、退保与退费。在开标之前，招标项目暂停、招标失败或者终止，或者投标人放弃投标的；在开标之后，招标失败的，可以申请退保并全额退还保险费。其他情形不予退保。已经开具发票的，须先办理红冲。',
        '十、保密。本公司对在业务中知悉的您的商业秘密和个人信息负有保密义务，开标之前不向任何无关的人透露您是否办理投标保函。',
        '十一、投诉。您对本公司的服务不满意的，可以拨打本平台公示的客服热线，或者在“订单售后”中提交投诉；也可以依法向金融监督管理部门反映。',
      ),
    ],
  };
}

function brokerageAgreement({ platformName, brokerName, brokerLicenseNumber }: PlatformNames): DemoDocument {
  return {
    kind: 'BROKERAGE_AGREEMENT',
    title: '保险经纪委托协议',
    pages: [
      page(
        NOTICE,
        `委托人：在${platformName}提交投保申请的企业（以下称“甲方”）\n受托人：${brokerName}（许可证编号：${brokerLicenseNumber}，以下称“乙方”）`,
        '甲方为参加工程建设项目招标投标及履行合同，需要以保险保证替代现金保证金，现委托乙方提供保险经纪服务。双方经协商一致，订立本协议。',
        '第一条　委托事项。乙方接受甲方的委托，办理下列事项：\n（一）根据甲方选定的标段与保证金类型，提供可供选择的保险产品及其条款、费率的说明；\n（二）向甲方选定的保险公司提交投保申请，转达核保意见与补充材料的要求；\n（三）协助甲方办理缴费、取得保险单、批改、退保和发票；\n（四）发生保险事故时，协助被保险人办理索赔，协助甲方处理与保险公司的往来。',
        '第二条　委托期限。自甲方确认本协议之日起，至本次投保申请所对应的保险合同终止且相关事务办理完毕之日止。',
      ),
      page(
        '第三条　甲方的权利和义务。\n（一）自主选择保险公司和产品，乙方不得代替甲方作出选择。\n（二）如实、完整、及时地提供投保所需要的资料，并对其真实性负责。\n（三）按照保险公司的要求，以本企业账户足额支付保险费。\n（四）在保险公司承保之前，可以随时撤销本委托。',
        '第四条　乙方的权利和义务。\n（一）以甲方的利益为先，勤勉、诚信地办理委托事项。\n（二）向甲方客观、全面地说明保险条款，特别是免除保险人责任的内容。\n（三）不得代收保险费，不得挪用、截留应当交付的款项，不得欺骗或者误导甲方。\n（四）不得给予或者承诺给予甲方合同约定以外的利益。\n（五）妥善保存业务记录，保存期限依照法律和监管规定。',
        '第五条　费用。乙方的佣金由保险公司支付，甲方不因本委托另行支付费用。',
      ),
      page(
        '第六条　保密。乙方对甲方的投标意向、报价、企业资料和个人信息负有保密义务；在开标之前，不得向甲方及其选定的保险公司之外的任何人透露甲方投保的事实。本条在本协议终止之后继续有效。',
        '第七条　违约责任。任何一方违反本协议给对方造成损失的，应当承担赔偿责任。乙方因过错致使甲方未能在投标截止时间之前取得保险单的，依法承担相应的责任；因甲方提供资料不实、不全或者逾期付款造成的，由甲方自行承担。',
        '第八条　解除。甲方可以随时解除委托；乙方解除委托的，应当给甲方留出另行办理的合理时间。保险合同已经成立的，本协议的解除不影响其效力。',
        '第九条　争议的解决。因本协议发生的争议，由双方协商解决；协商不成的，可以向乙方所在地有管辖权的人民法院提起诉讼。',
        '第十条　生效。甲方在销售页面确认同意本协议时，本协议成立并生效。确认的时间、版本与内容由系统记录，与书面文件具有同等效力。',
      ),
    ],
  };
}

function userAgreement({ platformName, centreName }: PlatformNames): DemoDocument {
  return {
    kind: 'USER_AGREEMENT',
    title: '用户服务协议',
    pages: [
      page(
        NOTICE,
        `欢迎注册${platformName}。注册之前，请您仔细阅读本协议；您勾选“我已阅读并同意《用户服务协议》”并完成注册，即表示您同意受本协议约束。`,
        '第一条　账户。本平台以手机号码作为账户标识，一个手机号码只能注册一个账户。您应当使用本人实名登记的手机号码，并对账户之下的一切操作负责。',
        '第二条　企业认证。账户须完成企业信息认证之后方可办理业务。您应当确认已经取得所代表企业的授权，并提交真实有效的营业执照与法定代表人信息。认证由人工审核，一般在一个工作日内完成；同一统一社会信用代码只能认证一家企业。',
        '第三条　账户安全。请设置足够强度的密码，不与他人共用账户，不向任何人透露短信验证码。发现账户被他人使用的，请立即修改密码、退出全部登录，并联系客服。',
      ),
      page(
        '第四条　使用规则。您不得利用本平台从事下列活动：\n（一）冒用他人名义，提交伪造或者变造的证照、凭证；\n（二）刺探其他投标人是否办理保函，或者利用本平台串通投标；\n（三）以程序大量抓取信息，干扰系统的正常运行，或者试图绕过安全措施；\n（四）其他违反法律法规的活动。',
        '第五条　账户的限制与终止。您违反前条规定的，本平台可以暂停或者终止您的账户，并依法报告有关部门。账户终止不影响已经生效的保函，您仍然可以要求提供属于您的保函、发票和业务记录。',
        `第六条　信息的来源。标段信息来自${centreName}，本平台不对其内容作实质审查；办理业务之前，请与招标文件核对。`,
        '第七条　通知。本平台通过短信和站内消息向您发送办理进度、缴费期限、开标与发票等通知。通知发送至您所登记的手机号码，即视为送达；号码变更的，请及时更新。',
        '第八条　注销。您可以随时申请注销账户；有正在办理的订单、尚未终止的保函或者尚未完结的售后事项的，应当先予办结。',
        '第九条　其他。办理保函业务时，还应当遵守《平台服务协议》《隐私权政策》等文件。本协议适用中华人民共和国法律。',
      ),
    ],
  };
}

/** The platform's five documents, in the order in which the disclosure names them, the registration's agreement last. */
export function platformDocuments(names: PlatformNames): DemoDocument[] {
  return [
    serviceAgreement(names),
    privacyPolicy(names),
    customerNotice(names),
    brokerageAgreement(names),
    userAgreement(names),
  ];
}

/** One document of a product: its kind, and the text that the product's names are put into. */
interface ProductText {
  readonly names: ProductNames;
  readonly facts: KindFacts;
  readonly words: Words;
}

function policyNotice({ names, facts, words }: ProductText): string[] {
  const { insurerName, productName, brokerName } = names;
  return [
    page(
      NOTICE,
      `感谢您选择${insurerName}的“${productName}”。${words.apply}之前，请您逐页阅读本须知。`,
      `一、产品说明。本产品由${insurerName}${words.issue}，以电子保函的形式替代现金${facts.subject}。${words.applicant}是参加投标或者承揽工程的企业，${words.insured}是${facts.insured}。本产品保证${words.applicant}${facts.duty}。`,
      `二、${words.apply}条件。${words.applicant}应当是依法设立、具有招标文件所要求的资质的企业，已在本平台完成企业认证与信息完善，且在所投标段的保证金缴纳截止时间之前完成办理。截止时间所载明的那一秒起，不再受理。`,
      `三、${words.sum}。${words.sum}由${words.applicant}按照招标文件或者合同要求的保证金金额确定。${facts.cap}`,
    ),
    page(
      `四、${words.premium}。${words.premium}按照产品载明的公式、费率、天数和最低收费计算，四舍五入到分，其中包含百分之六的增值税。页面所示为参考金额，以核保后的金额为准；两者不一致的，须经您确认。`,
      `五、付款。请自${words.applicant}本企业的账户，以转账方式将${words.premium}支付至页面所示的收款账户，金额须与应付金额一致，并在附言中填写附言码。由他人代付、金额不符或者流水号重复使用的，不予确认。`,
      `六、${words.term}。${facts.period}天数为日历天，首尾两日均计入。`,
      `七、出具与验真。付款确认后，${insurerName}出具电子${words.instrument}。${words.instrument}可以在“我的订单”中下载，并可由任何人在本平台公开验真。`,
    ),
    page(
      `八、发票。发票由${insurerName}在项目开标之后开具，抬头与税号为${words.applicant}已认证的名称与统一社会信用代码。`,
      `九、${words.end}。可以${words.end}的情形与${words.premium}的退还，见《特别约定》。`,
      names.form === 'INSURANCE'
        ? `十、销售与服务。本产品由${brokerName}提供销售和协助理赔等服务，其佣金由${insurerName}支付，不向您另行收费。`
        : `十、受理与服务。本产品由${insurerName}直接受理，您的权利义务以您与${insurerName}订立的文件为准。`,
      `十一、自由选择。您可以选择任何一家机构的产品，也可以选择其他方式提交保证金；本平台不指定、不推荐任何机构。`,
      `十二、虚假材料。提供虚假材料骗取${words.instrument}的，${insurerName}有权依法解除合同并追究责任。`,
    ),
  ];
}

function exclusions({ names, facts, words }: ProductText): string[] {
  const common = [
    `${words.insured}及其工作人员的故意行为、重大过失或者违法行为；`,
    `${words.insured}与${words.applicant}恶意串通，或者与第三人串通，损害${words.issuer}利益；`,
    `战争、军事行动、恐怖活动、武装冲突、骚乱；`,
    `核辐射、核爆炸、核污染，以及地震、洪水等不可抗力。`,
  ];
  return [
    page(
      NOTICE,
      `重要提示：以下条款免除或者减轻${names.insurerName}的责任，与您和${words.insured}有重大利害关系，请您逐条阅读。如对任何一条的概念、内容或者法律后果不清楚，请在提交订单之前要求${words.issuer}予以说明。`,
      `第一条　因下列原因造成的损失，${words.issuer}不承担${words.pay}责任：`,
      numbered([...facts.exclusions, ...common]),
    ),
    page(
      `第二条　下列损失和费用，${words.issuer}不承担${words.pay}责任：`,
      numbered([
        `${words.insured}的间接损失，包括预期利润、资金利息和商誉损失；`,
        '罚款、罚金以及惩罚性赔偿；',
        `超过载明的${words.sum}的部分；`,
        `${words.insured}已经从${words.applicant}或者第三人处取得补偿的部分；`,
        `${words.term}开始之前已经发生、或者终止之后方发生的违约行为所造成的损失。`,
      ]),
      `第三条　未经${words.issuer}书面同意，${words.insured}与${words.applicant}变更主合同的实质性内容，加重${words.applicant}的责任的，${words.issuer}对加重的部分不承担${words.pay}责任。`,
      `第四条　${words.insured}知道违约行为发生后，未及时通知${words.issuer}，致使损失的性质、原因或者程度难以确定的，${words.issuer}对无法确定的部分不承担${words.pay}责任，但${words.issuer}已经通过其他途径及时知道或者应当及时知道的除外。`,
      `以上条款请结合《特别约定》和《${names.form === 'INSURANCE' ? '保险' : '担保'}条款》一并阅读。`,
    ),
  ];
}

function applicantDeclaration({ names, facts, words }: ProductText): string[] {
  const { insurerName, productName, brokerName } = names;
  return [
    page(
      NOTICE,
      `本企业作为${words.applicant}，就向${insurerName}申请“${productName}”一事，郑重声明如下：`,
      `一、本企业依法设立并有效存续，办理人已经取得本企业的授权，有权代表本企业提交申请、作出声明和确认文件。`,
      `二、本企业所填写的项目信息、企业信息、${words.insured}信息以及提交的全部材料真实、完整、有效，与招标文件和主合同一致。如有变更，将及时书面通知${insurerName}。`,
      `三、本企业已经逐页阅读投保须知、免责条款、特别约定和${names.form === 'INSURANCE' ? '保险' : '担保'}条款，${insurerName}已经就其中免除或者减轻其责任的内容，以足以引起注意的方式作出提示，并就其概念、内容和法律后果作出明确说明；本企业已经充分理解并同意。`,
      `四、本企业系自主选择${insurerName}，未受到任何单位或者个人的指定、限制或者诱导，未收受也未被承诺给予合同约定以外的利益。`,
    ),
    page(
      `五、本企业知悉：页面所示费率与${words.premium}为参考，最终以核保结果为准；${words.premium}应当自本企业账户支付；未按期足额支付的，${words.instrument}不予出具。`,
      `六、本企业承诺${facts.duty}，不以取得${words.instrument}为由怠于履行义务。${insurerName}承担${words.pay}责任后，有权依法或者依约向本企业追偿。`,
      `七、本企业同意${insurerName}${names.form === 'INSURANCE' ? `和${brokerName}` : ''}为核保、出具、${words.amend}、${words.settle}与追偿之目的，处理本次申请所必需的企业信息和个人信息，并已经取得联系人、经办人等个人的同意。`,
      '八、本企业知悉：在销售页面上的操作将被记录和保存；开标之前，办理投标保函的事实不向无关的人披露。',
      '九、本声明自本企业在页面勾选并提交时生效，与加盖公章的书面声明具有同等效力。',
    ),
  ];
}

function specialTerms({ names, facts, words }: ProductText): string[] {
  return [
    page(
      NOTICE,
      `${names.insurerName}与${words.applicant}就“${names.productName}”特别约定如下；特别约定与${names.form === 'INSURANCE' ? '保险' : '担保'}条款不一致的，以特别约定为准：`,
      `一、${words.insured}为${facts.insured}，以${words.instrument}载明者为准。${words.instrument}不得转让，不得质押。`,
      `二、${words.term}：${facts.period}`,
      `三、本${words.instrument}不设免赔额。${words.issuer}在${words.sum}的范围内承担责任；每次${words.pay}之后，${words.sum}相应减少，减至零时，${words.instrument}终止。`,
      `四、${words.insured}依约提出索赔并提交约定的证明材料的，${words.issuer}应当及时核定，并在达成${words.pay}协议后十日内履行义务。`,
    ),
    page(
      `五、${words.end}与退费。符合下列情形之一的，${words.applicant}可以申请${words.end}，${words.issuer}全额退还已经收取的${words.premium}：`,
      numbered([
        '开标之前，招标项目暂停；',
        '开标之前，招标失败或者招标终止；',
        '开标之前，投标人放弃投标；',
        '开标之后，招标失败。',
      ]),
      `除上述情形之外，${words.instrument}出具之后不予${words.end}，${words.premium}不予退还。`,
      `六、${words.end}由${words.applicant}在本平台提交申请，经平台审核与${words.issuer}审核通过后，${words.premium}退回原付款账户。已经开具发票的，应当先办理红冲。${words.end}完成之日起，${words.instrument}失效，公开验真时显示为已退保。`,
      `七、招标失败的，由本平台向全体持有人提示可以申请${words.end}。`,
    ),
    page(
      `八、${words.amend}。项目名称、${words.insured}名称、${words.term}等事项需要变更的，应当在${words.term}届满之前提出申请，由${words.issuer}出具${words.amendment}。${words.amendment}有独立的编号，不替换原${words.instrument}。`,
      `九、开标前保密。在项目开标之前，${words.issuer}及其工作人员不得向任何人透露${words.applicant}就本标段办理${words.apply}的事实与内容；违反的，依法承担责任。`,
      `十、发票。发票在项目开标之后开具；一份${words.instrument}只对应一张有效的发票，需要更正的，先红冲后重开。`,
      `十一、电子形式。电子${words.instrument}附有可供核验的编号、验证码与文件摘要，与纸质形式具有同等效力；以公开验真的结果为准。`,
    ),
  ];
}

function policyTerms({ names, facts, words }: ProductText): string[] {
  const contract = names.form === 'INSURANCE' ? '保险合同' : '担保合同';
  return [
    page(
      NOTICE,
      `${names.insurerName}\n${names.productName}条款`,
      `总则\n\n第一条　本${contract}由${names.form === 'INSURANCE' ? '保险条款、投保单、保险单、批单和特别约定' : '担保条款、担保委托书、保函、变更书和特别约定'}组成。凡涉及本合同的约定，均应当采用书面形式；数据电文视为书面形式。`,
      `第二条　依法参加工程建设项目招标投标、或者与发包人订立工程合同的企业，可以作为本合同的${words.applicant}。`,
      `第三条　本合同的${words.insured}为${facts.insured}。`,
      `${names.form === 'INSURANCE' ? '保险' : '担保'}责任\n\n第四条　在${words.term}之内，${words.applicant}有下列情形之一，给${words.insured}造成损失的，${words.issuer}在${words.sum}的范围内依照本合同承担${words.pay}责任：`,
      numbered(facts.breaches),
    ),
    page(
      `责任免除\n\n第五条　责任免除的情形，见随本条款一并提供的《免责条款》。该文件是本合同的组成部分，${words.issuer}已经以足以引起注意的方式予以提示。`,
      `${words.sum}与${words.premium}\n\n第六条　${words.sum}由双方在${words.instrument}中载明，不得超过招标文件或者主合同所要求的保证金金额。${facts.cap}`,
      `第七条　${words.premium}依照产品的公式计算并在${words.instrument}中载明。${words.applicant}应当在${words.instrument}出具之前一次性付清；未付清的，本合同不生效。`,
      `${words.term}\n\n第八条　${facts.period}`,
    ),
    page(
      `${words.issuer}的义务\n\n第九条　订立合同时，${words.issuer}应当向${words.applicant}说明合同的内容，对免除其责任的条款作出提示和明确说明。`,
      `第十条　${words.issuer}收到索赔请求后，应当及时作出核定；情形复杂的，应当在三十日内作出核定。属于责任范围的，在达成协议后十日内履行${words.pay}义务；不属于的，自核定之日起三日内发出拒绝通知并说明理由。认为材料不完整的，应当及时一次性通知补充。`,
      `${words.applicant}与${words.insured}的义务\n\n第十一条　${words.applicant}应当如实告知，按照约定支付${words.premium}，并依法履行主合同义务。`,
      `第十二条　${words.insured}知道违约行为发生后，应当在合理的期限内通知${words.issuer}，并采取必要、合理的措施防止损失扩大。`,
    ),
    page(
      `索赔与追偿\n\n第十三条　索赔时，应当提交下列材料：\n（一）索赔申请书与${words.instrument}编号；\n（二）招标文件、中标通知书或者主合同；\n（三）证明${words.applicant}违约的文件；\n（四）损失的计算依据。`,
      `第十四条　${words.issuer}承担${words.pay}责任之后，在${words.pay}金额的范围之内取得向${words.applicant}追偿的权利；${words.insured}应当予以协助。`,
      `合同的变更与终止\n\n第十五条　合同内容的变更以${words.amendment}的形式作出。${words.end}的情形、程序与退费，见《特别约定》。`,
      `争议处理与法律适用\n\n第十六条　因本合同发生的争议，由当事人协商解决；协商不成的，可以向${words.insured}所在地有管辖权的人民法院提起诉讼。本合同适用中华人民共和国法律。`,
      `释义\n\n第十七条　“日”指日历日；“工作日”指国务院公布的法定工作日；“主合同”指${words.applicant}与${words.insured}或者发包人之间的招标投标关系或者工程合同；“以上”“以内”均包含本数。`,
    ),
  ];
}

function applicationForm({ names, facts, words }: ProductText): string[] {
  return [
    page(
      NOTICE,
      `${names.insurerName}\n${names.productName}${words.form}`,
      `填写说明：本${words.form}由系统根据${words.applicant}在“填写投保信息”页面所填写的内容生成，提交之前请逐项核对。所填内容是${words.issuer}核保的依据，也是合同的组成部分。`,
      '一、项目标段\n标段编号：________________\n标段名称：________________\n项目编号：________________\n项目名称：________________\n项目地址：________________\n工期（日历天）：__________',
      `二、${words.applicant}\n名称：________________\n统一社会信用代码：________________\n注册地址：________________\n联系地址：________________\n施工资质等级：________\n联系人：________　联系电话：________________`,
      `三、${words.insured}（${facts.insured}）\n名称：________________\n统一社会信用代码：________________`,
    ),
    page(
      `四、保障内容\n保证金类型：${facts.subject}\n保证金金额（元）：________________\n${words.sum}（元）：________________\n大写：________________\n起始日期：________　保障天数（日历天）：______　终止日期：________\n费率：________　${words.premium}（元，含百分之六增值税）：________________`,
      '五、经办人\n姓名：________　手机号：________________　邮箱：________________',
      `六、${words.term}\n${facts.period}`,
      `七、声明\n本企业已经阅读并理解投保须知、免责条款、投保人声明、特别约定和${names.form === 'INSURANCE' ? '保险' : '担保'}条款，尤其是其中免除或者减轻${words.issuer}责任的内容，同意以此作为订立合同的依据；所填内容真实、完整。`,
      `${words.applicant}（电子签章）：________________\n提交时间：________________`,
      `核保意见（由${names.insurerName}填写）：________________`,
    ),
  ];
}

function counterGuarantee({ names, facts, words }: ProductText): string[] {
  return [
    page(
      NOTICE,
      '反担保协议',
      `甲方（债权人）：${names.insurerName}\n乙方（反担保人）：本次申请的${words.applicant}`,
      `鉴于甲方根据乙方的申请，就乙方的${facts.subject}出具“${names.productName}”项下的电子${words.instrument}，乙方自愿就甲方承担${words.pay}责任之后对乙方的追偿权提供反担保，双方订立本协议。`,
      `第一条　反担保的范围。甲方依照${words.instrument}实际支付的款项，自支付之日起按照一年期贷款市场报价利率计算的资金占用费，以及甲方为实现债权而合理支出的诉讼费、保全费、律师费。`,
      '第二条　反担保的方式。乙方以其全部财产承担连带责任。甲方可以根据核保的情况，要求乙方提供第三人保证、抵押或者质押，另行订立合同。',
    ),
    page(
      `第三条　反担保的期间。自甲方支付${words.pay}款项之日起三年。`,
      '第四条　通知与付款。甲方付款之后，应当书面通知乙方并附付款凭证与索赔材料的副本；乙方应当自收到通知之日起十五日内偿还。',
      `第五条　乙方的抗辩。${words.insured}的请求明显不属于${words.instrument}的责任范围，而甲方未经核定即行付款的，乙方对该部分不承担反担保责任。`,
      '第六条　乙方的告知义务。乙方发生名称变更、合并、分立、重大诉讼、停业或者申请破产的，应当在十日内通知甲方。',
      `第七条　协议的终止。${words.instrument}期满且无未决索赔、${words.end}完成，或者乙方已经偿还全部款项的，本协议终止。`,
      '第八条　争议的解决。因本协议发生的争议，由双方协商解决；协商不成的，可以向甲方所在地有管辖权的人民法院提起诉讼。',
      `第九条　生效。本协议自乙方在页面确认之时成立，自甲方出具${words.instrument}之时生效。`,
    ),
  ];
}

/** What an annex of the terms is about: the event, what shows it, and by what the loss is reckoned. */
const annexTopics: readonly (readonly [event: string, proof: string, loss: string])[] = [
  ['未按期开工', '开工令、监理日志与催告函', '误期期间的管理费用与重新组织施工的差额'],
  ['擅自停工', '停工通知、现场影像与监理报告', '停工期间的看护费用与复工费用'],
  ['工期延误', '进度计划、签证与延期审批记录', '合同约定的误期违约金'],
  ['工程质量不合格', '检测报告、整改通知与复验记录', '返工、修复与复验的必要费用'],
  ['拒绝整改', '整改通知的送达证明与逾期确认书', '委托第三人整改的合理费用'],
  ['转包或者违法分包', '行政主管部门的认定文书', '解除合同后重新发包的价差'],
  ['主要人员未到岗', '考勤记录与更换人员的审批记录', '合同约定的人员违约金'],
  ['主要设备未进场', '设备清单与进场验收记录', '租赁替代设备的合理费用'],
  ['材料不符合约定', '进场检验报告与退场记录', '更换材料与由此返工的费用'],
  ['安全生产责任未落实', '隐患通知、处罚文书与整改记录', '消除隐患的必要费用，罚款除外'],
  ['农民工工资拖欠', '劳动保障部门的责令支付文书', '垫付工资的本金'],
  ['竣工资料未移交', '移交清单与催告函', '补测、补绘与归档的费用'],
  ['缺陷责任未履行', '缺陷通知与逾期确认书', '委托第三人维修的合理费用'],
  ['合同被依法解除', '解除通知与清算报告', '已付款项超出已完工程价值的部分'],
  ['破产或者被吊销执照', '人民法院或者登记机关的文书', '申报债权后仍未受偿的部分'],
  ['争议经裁判确定', '生效的判决书、裁决书或者调解书', '裁判确定的金额与必要的费用'],
];

function annexes({ names, words }: ProductText): string[] {
  return annexTopics.map(([event, proof, loss], index) =>
    page(
      `附件${index + 1}　${event}的认定与核定（适用于“${names.productName}”）`,
      `一、认定。主合同履行期间发生${event}，经${words.insured}书面催告，${words.applicant}在合理期限内仍不改正的，构成本条款所称的违约。催告应当载明事实、依据和改正的期限，并抄送${names.insurerName}。`,
      `二、材料。${words.insured}应当提交主合同、催告的送达证明，以及${proof}。材料不齐的，${words.issuer}应当一次性告知需要补充的内容；确因客观原因不能提交的，可以其他足以证明事实的材料代替。`,
      `三、核定。损失按${loss}计算，以实际发生且有凭证者为限，并扣除${words.insured}已经从其他途径获得的补偿。双方对金额有争议的，可以共同委托有资质的机构评估。`,
      `四、时限。${words.issuer}自材料齐全之日起三十日内作出核定，并将结果书面通知${words.insured}；达成协议的，十日内支付。金额不能全部确定的，对能够确定的部分先予支付。`,
      `五、减轻损失。${words.insured}应当采取必要措施防止损失扩大；因此支出的合理费用，${words.issuer}在${words.sum}的范围内承担。未采取措施致使损失扩大的，对扩大的部分不承担责任。`,
    ),
  );
}

/**
 * The seven documents of a product. A surety's are worded for a guarantee company, which insures nobody, under the same kinds.
 * The surrender causes in the special terms are those of the domain: section 6.
 */
export function productDocuments(names: ProductNames): DemoDocument[] {
  const text: ProductText = { names, facts: kindFacts[names.depositKind], words: wordsOf(names.form) };
  const make = (kind: DocumentKind, pages: readonly string[]): DemoDocument => ({
    kind,
    title: documentKindLabel[kind],
    pages,
  });
  return [
    make('POLICY_NOTICE', policyNotice(text)),
    make('EXCLUSIONS', exclusions(text)),
    make('APPLICANT_DECLARATION', applicantDeclaration(text)),
    make('SPECIAL_TERMS', specialTerms(text)),
    make('POLICY_TERMS', [...policyTerms(text), ...(names.withAnnexes ? annexes(text) : [])]),
    make('APPLICATION_FORM', applicationForm(text)),
    make('COUNTER_GUARANTEE', counterGuarantee(text)),
  ];
}
