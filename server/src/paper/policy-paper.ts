import type {
  Content,
  ContentText,
  CustomTableLayout,
  StyleDictionary,
  TableCell,
  TDocumentDefinitions,
} from 'pdfmake/interfaces.js';
import { amountInWords, formatYuan, formatYuanGrouped } from '../kernel/money.ts';
import type { SealWords } from './seal-slot.ts';
import { STAMP_SIZE_PT, stamp } from './stamp.ts';

/** One clause of the terms: its title and its paragraphs, in the order they are printed. */
export interface PaperClause {
  title: string;
  paragraphs: string[];
}

/** Everything a policy says. Labels and texts are Chinese and printed as they are; all amounts are in fen. */
export interface PolicyPaper {
  platformName: string;
  insurerName: string;
  insurerLicense: string;
  insurerHotline: string;
  policyNumber: string;
  verificationCode: string;
  /** Absolute address of the public verification of this very policy; printed and drawn as a QR code. */
  verifyUrl: string;
  applicantName: string;
  applicantCreditCode: string;
  insuredName: string;
  insuredCreditCode: string | null;
  sectionName: string;
  sectionCode: string;
  projectName: string;
  /** What the guarantee replaces, such as 投标保证金; the title is made of it. */
  depositKindLabel: string;
  /** 保险保证 speaks of insurer and policy; every other form speaks of guarantor and letter. */
  formLabel: string;
  sumInsuredFen: number;
  premiumFen: number;
  netFen: number;
  vatFen: number;
  /** First and last day of cover, both inclusive, as YYYY-MM-DD in Asia/Shanghai. */
  startOn: string;
  endOn: string;
  days: number;
  issuedAtText: string;
  brokerName: string;
  clauses: PaperClause[];
  /** Marks every page as a specimen without legal effect. */
  sandbox: boolean;
}

export const PAPER_FONT = 'NotoSansSC';
export const SPECIMEN_TEXT = '演示样本 不具法律效力';

export const NAVY = '#0a3b72';
export const INK = '#1a2330';
export const MUTED = '#586579';
const HAIRLINE = '#b4c2d4';
const TINT = '#f1f5fa';

const PAGE_WIDTH_PT = 595.28;
const PAGE_HEIGHT_PT = 841.89;
export const MARGIN_PT = 54;
export const CONTENT_WIDTH_PT = PAGE_WIDTH_PT - 2 * MARGIN_PT;
const FRAME_INSET_PT = 26;
const CELL_PADDING_PT = 8;
const LABEL_WIDTH_PT = 70;
/** Room for 53 modules of 2 pt: an address of up to 180 bytes stays readable for a telephone. */
const QR_SIZE_PT = 106;

/** The words that differ between a policy of insurance and a letter of guarantee. */
interface Vocabulary {
  title: string;
  number: string;
  issuer: string;
  licence: string;
  applicant: string;
  beneficiary: string;
  sum: string;
  price: string;
  period: string;
  duty: string;
  terms: string;
  /** What the stamp is for. */
  stamp: string;
}

function vocabularyOf(data: PolicyPaper): Vocabulary {
  const kind = data.depositKindLabel.replace(/保证金$/, '');
  if (data.formLabel.includes('保险')) {
    return {
      title: `${kind}保证保险电子保函（保险单）`,
      number: '保单号',
      issuer: '保险人',
      licence: '保险许可证号',
      applicant: '投保人',
      beneficiary: '被保险人',
      sum: '保险金额',
      price: '保险费',
      period: '保险期间',
      duty: '保险责任',
      terms: '保险条款与约定',
      stamp: '电子保单专用章',
    };
  }
  return {
    title: `${kind}电子保函`,
    number: '保函编号',
    issuer: '保证人',
    licence: '业务许可证号',
    applicant: '申请人',
    beneficiary: '受益人',
    sum: '担保金额',
    price: '担保费',
    period: '保证期间',
    duty: '保证责任',
    terms: '保函条款与约定',
    stamp: '电子保函专用章',
  };
}

/**
 * Text from outside, as one printable run. Control characters would break lines, and direction marks would
 * let a name read differently from what was insured.
 */
export function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .trim();
}

function printableFields(data: PolicyPaper): PolicyPaper {
  const entries = Object.entries(data).map(([key, value]) => [
    key,
    typeof value === 'string' ? printable(value) : value,
  ]);
  return {
    ...(Object.fromEntries(entries) as PolicyPaper),
    clauses: data.clauses.map((clause) => ({
      title: printable(clause.title),
      paragraphs: clause.paragraphs.map(printable),
    })),
  };
}

/** A double hairline around every page: the look of an instrument, and a place where a cut-off print shows. */
function frame(): Content {
  const rectangle = (insetPt: number, lineWidth: number) => ({
    type: 'rect' as const,
    x: insetPt,
    y: insetPt,
    w: PAGE_WIDTH_PT - 2 * insetPt,
    h: PAGE_HEIGHT_PT - 2 * insetPt,
    lineWidth,
    lineColor: NAVY,
  });
  return { canvas: [rectangle(FRAME_INSET_PT, 1.1), rectangle(FRAME_INSET_PT + 3.5, 0.35)] };
}

export function rule(lineWidth: number, lineColor: string, widthPt = CONTENT_WIDTH_PT): Content {
  const x1 = (CONTENT_WIDTH_PT - widthPt) / 2;
  return { canvas: [{ type: 'line', x1, y1: 0, x2: x1 + widthPt, y2: 0, lineWidth, lineColor }] };
}

function runningHead(data: PolicyPaper, words: Vocabulary): Content {
  return {
    margin: [MARGIN_PT, 42, MARGIN_PT, 0],
    columns: [
      { width: 160, text: data.platformName, style: 'running' },
      { width: '*', text: `${words.number}：${data.policyNumber}`, style: 'running', alignment: 'right' },
    ],
  };
}

function runningFoot(data: PolicyPaper, page: number, pages: number): Content {
  const note = data.sandbox
    ? '演示样本，不具法律效力。'
    : '本保函以电子形式出具，请通过保函验真核对真伪与当前状态。';
  return {
    margin: [MARGIN_PT, 14, MARGIN_PT, 0],
    stack: [
      rule(0.5, HAIRLINE),
      {
        margin: [0, 5, 0, 0],
        columns: [
          { width: '*', text: note, style: 'running' },
          { width: 110, text: `第 ${page} 页，共 ${pages} 页`, style: 'running', alignment: 'right' },
        ],
      },
    ],
  };
}

function masthead(data: PolicyPaper, words: Vocabulary, title = words.title): Content[] {
  return [
    { text: data.insurerName, style: 'issuer' },
    { text: title, style: 'title' },
    rule(1.4, NAVY, 72),
    {
      margin: [0, 12, 0, 0],
      columns: [
        {
          width: CONTENT_WIDTH_PT - 200,
          text: [
            { text: `${words.number}　`, color: MUTED },
            { text: data.policyNumber, bold: true },
          ],
        },
        {
          width: 200,
          alignment: 'right',
          text: [{ text: '出具时间　', color: MUTED }, data.issuedAtText],
        },
      ],
    },
  ];
}

function undertaking(data: PolicyPaper, words: Vocabulary): Content[] {
  return [
    {
      margin: [0, 10, 0, 3],
      text: [
        { text: '致：', color: MUTED },
        { text: data.insuredName, bold: true },
      ],
    },
    {
      style: 'body',
      text:
        `鉴于${words.applicant}须就下述标段提交${data.depositKindLabel}，${words.issuer}应${words.applicant}的申请` +
        `出具本电子保函，在${words.period}内按照所附条款向${words.beneficiary}承担${words.duty}，` +
        `赔付金额累计以${words.sum}为限。`,
    },
  ];
}

const panelLayout: CustomTableLayout = {
  hLineWidth: (line, node) => (line === 0 || line === node.table.body.length ? 1.1 : 0.4),
  hLineColor: (line, node) => (line === 0 || line === node.table.body.length ? NAVY : HAIRLINE),
  vLineWidth: () => 0,
  fillColor: () => TINT,
  paddingLeft: () => CELL_PADDING_PT,
  paddingRight: () => CELL_PADDING_PT,
  paddingTop: () => 7,
  paddingBottom: () => 7,
};

function sumPanel(data: PolicyPaper, words: Vocabulary): Content {
  return {
    margin: [0, 10, 0, 0],
    layout: panelLayout,
    table: {
      widths: [LABEL_WIDTH_PT, CONTENT_WIDTH_PT - LABEL_WIDTH_PT - 4 * CELL_PADDING_PT],
      dontBreakRows: true,
      body: [
        [
          { text: words.sum, style: 'panelLabel', margin: [0, 8, 0, 0] },
          {
            stack: [
              { text: `¥${formatYuanGrouped(data.sumInsuredFen)}`, style: 'sum' },
              { text: amountInWords(data.sumInsuredFen), style: 'sumWords' },
            ],
          },
        ],
        [
          { text: words.period, style: 'panelLabel' },
          {
            text: `自 ${data.startOn} 零时起至 ${data.endOn} 二十四时止，共 ${data.days} 天`,
            bold: true,
            fontSize: 10.5,
          },
        ],
      ],
    },
  };
}

const factsLayout: CustomTableLayout = {
  hLineWidth: (line, node) => (line === 0 ? 0.9 : line === node.table.body.length ? 0 : 0.4),
  hLineColor: (line) => (line === 0 ? NAVY : HAIRLINE),
  vLineWidth: () => 0,
  paddingLeft: () => CELL_PADDING_PT,
  paddingRight: () => CELL_PADDING_PT,
  paddingTop: () => 3,
  paddingBottom: () => 2.6,
};

export function pairRow(label: string, value: string, secondLabel: string, secondValue: string): TableCell[] {
  return [{ text: label, style: 'label' }, value, { text: secondLabel, style: 'label' }, secondValue];
}

export function wideRow(label: string, value: ContentText['text'], bold = false): TableCell[] {
  return [{ text: label, style: 'label' }, { text: value, bold, colSpan: 3 }, {}, {}];
}

/** A table of its own for each group, so that a group's title is repeated over a page and never left alone. */
export function factsGroup(title: string, rows: TableCell[][]): Content {
  // Fixed widths: a column that may grow does so for one long unbroken word, and leaves the page.
  const valueWidthPt = CONTENT_WIDTH_PT - 2 * LABEL_WIDTH_PT - 8 * CELL_PADDING_PT;
  const nameWidthPt = valueWidthPt * 0.59;
  const titleRow: TableCell[] = [{ text: title, style: 'group', colSpan: 4, fillColor: TINT }, {}, {}, {}];
  return {
    layout: factsLayout,
    table: {
      widths: [LABEL_WIDTH_PT, nameWidthPt, LABEL_WIDTH_PT, valueWidthPt - nameWidthPt],
      headerRows: 1,
      keepWithHeaderRows: 1,
      dontBreakRows: true,
      body: [titleRow, ...rows],
    },
  };
}

function facts(data: PolicyPaper, words: Vocabulary): Content {
  return {
    margin: [0, 12, 0, 0],
    stack: [
      factsGroup('当事人', [
        pairRow(words.applicant, data.applicantName, '信用代码', data.applicantCreditCode),
        pairRow(words.beneficiary, data.insuredName, '信用代码', data.insuredCreditCode ?? '未提供'),
        pairRow(words.issuer, data.insurerName, words.licence, data.insurerLicense),
        pairRow('保险经纪人', data.brokerName, '服务热线', data.insurerHotline),
      ]),
      factsGroup('项目与标段', [
        wideRow('项目名称', data.projectName),
        wideRow('标段名称', data.sectionName, true),
        wideRow('标段编号', data.sectionCode),
        pairRow('保证金类型', data.depositKindLabel, '保函形式', data.formLabel),
      ]),
      factsGroup(words.price, [
        wideRow('应收合计', [
          { text: `¥${formatYuanGrouped(data.premiumFen)}`, bold: true },
          `　${amountInWords(data.premiumFen)}`,
        ]),
        pairRow(
          '不含税金额',
          `¥${formatYuanGrouped(data.netFen)}`,
          '增值税额',
          `¥${formatYuanGrouped(data.vatFen)}`,
        ),
      ]),
      rule(0.9, NAVY),
    ],
  };
}

const boxLayout: CustomTableLayout = {
  hLineWidth: () => 0.7,
  vLineWidth: (line, node) => (line === 0 || line === node.table.widths?.length ? 0.7 : 0),
  hLineColor: () => NAVY,
  vLineColor: () => NAVY,
  paddingLeft: () => 12,
  paddingRight: () => 12,
  paddingTop: () => 10,
  paddingBottom: () => 10,
};

function verification(data: PolicyPaper, words: Vocabulary): Content {
  const step = (position: number, text: string): Content => ({
    columns: [
      { width: 14, text: `${position}.`, color: NAVY, bold: true },
      { width: '*', text },
    ],
    fontSize: 8.5,
    margin: [0, 1, 0, 0],
  });
  return {
    unbreakable: true,
    margin: [0, 14, 0, 0],
    layout: boxLayout,
    table: {
      widths: [QR_SIZE_PT, CONTENT_WIDTH_PT - QR_SIZE_PT - 48 - 1.4],
      body: [
        [
          { qr: data.verifyUrl, fit: QR_SIZE_PT, eccLevel: 'M', foreground: NAVY, alignment: 'center' },
          {
            stack: [
              {
                columns: [
                  { width: 110, text: '保函验真', style: 'boxTitle' },
                  {
                    width: '*',
                    alignment: 'right',
                    text: [
                      { text: '验真码　', color: MUTED, fontSize: 9 },
                      { text: data.verificationCode, bold: true, fontSize: 12.5, characterSpacing: 1.2 },
                    ],
                  },
                ],
                margin: [0, 0, 0, 2],
              },
              step(1, '扫描左侧二维码，核对页面显示的机构、金额、期间与当前状态。'),
              step(2, `或在平台“保函验真”页面输入${words.number}与验真码：`),
              { text: data.verifyUrl, fontSize: 7.5, color: NAVY, margin: [14, 1, 0, 1] },
              step(3, '或在同一页面选择本文件，由系统比对文件摘要。经修改的文件不能通过验真。'),
            ],
          },
        ],
      ],
    },
  };
}

function signature(data: PolicyPaper, words: Vocabulary): Content {
  const line = (label: string, value: string): Content => ({
    columns: [
      { width: 62, text: label, color: MUTED },
      { width: '*', text: value, bold: true },
    ],
    margin: [0, 1, 0, 0],
  });
  return {
    unbreakable: true,
    // Room for the stamp between what it must not hide: the amounts above and the code below.
    margin: [CONTENT_WIDTH_PT / 2, 30, 0, 10],
    stack: [
      line(words.issuer, data.insurerName),
      line('出具时间', data.issuedAtText),
      {
        svg: stamp(data.insurerName, words.stamp, PAPER_FONT),
        width: STAMP_SIZE_PT,
        relativePosition: { x: CONTENT_WIDTH_PT / 2 - STAMP_SIZE_PT, y: -18 - STAMP_SIZE_PT / 2 },
      },
    ],
  };
}

function terms(data: PolicyPaper, words: Vocabulary): Content[] {
  if (data.clauses.length === 0) return [];
  return [
    { text: words.terms, style: 'termsTitle', pageBreak: 'before' },
    rule(1.4, NAVY, 48),
    ...data.clauses.map(
      (clause): Content => ({
        margin: [0, 9, 0, 0],
        stack: [
          { text: clause.title, style: 'clauseTitle', headlineLevel: 1 },
          ...clause.paragraphs.map(
            (text): Content => ({ text, style: 'body', leadingIndent: 19, margin: [0, 2, 0, 0] }),
          ),
        ],
      }),
    ),
  ];
}

/** How papers of this family are set. */
export const paperStyles = {
  running: { fontSize: 7.5, color: MUTED },
  issuer: { fontSize: 11, color: NAVY, alignment: 'center', characterSpacing: 1, margin: [0, 4, 0, 2] },
  title: { fontSize: 21, bold: true, color: NAVY, alignment: 'center', margin: [0, 0, 0, 6] },
  body: { fontSize: 9.5, lineHeight: 1.08, alignment: 'justify' },
  panelLabel: { fontSize: 9.5, color: NAVY, bold: true },
  sum: { fontSize: 20, bold: true, color: NAVY, lineHeight: 0.9 },
  sumWords: { fontSize: 11 },
  group: { fontSize: 9.5, bold: true, color: NAVY },
  label: { fontSize: 8.5, color: MUTED, margin: [0, 1, 0, 0] },
  boxTitle: { fontSize: 12.5, bold: true, color: NAVY },
  termsTitle: { fontSize: 15, bold: true, color: NAVY, alignment: 'center', margin: [0, 2, 0, 6] },
  clauseTitle: { fontSize: 10, bold: true, color: NAVY },
} satisfies StyleDictionary;

/**
 * The same facts for machines, under the names that trading centres exchange data by where there is one; amounts in yuan.
 */
function policyFacts(data: PolicyPaper): Record<string, unknown> {
  return {
    POLICY_NUMBER: data.policyNumber,
    VERIFICATION_CODE: data.verificationCode,
    VERIFY_URL: data.verifyUrl,
    INSURER_NAME: data.insurerName,
    INSURER_LICENSE: data.insurerLicense,
    APPLICANT_NAME: data.applicantName,
    APPLICANT_CODE: data.applicantCreditCode,
    INSURED_NAME: data.insuredName,
    INSURED_CODE: data.insuredCreditCode,
    TENDER_PROJECT_NAME: data.projectName,
    BID_SECTION_CODE: data.sectionCode,
    BID_SECTION_NAME: data.sectionName,
    DEPOSIT_KIND: data.depositKindLabel,
    GUARANTEE_FORM: data.formLabel,
    SUM_INSURED: formatYuan(data.sumInsuredFen),
    PREMIUM: formatYuan(data.premiumFen),
    COVER_START: data.startOn,
    COVER_END: data.endOn,
    ISSUED_AT: data.issuedAtText,
    SANDBOX: data.sandbox,
  };
}

/** Who seals a policy, in the words that readers of PDF show. */
export function policySealWords(data: PolicyPaper, reason: string): SealWords {
  return { name: printable(data.insurerName), reason, location: '中国' };
}

/** What every paper of an insurer shares: its frame, its running lines, its look, and its facts for machines. */
function instrument(
  data: PolicyPaper,
  words: Vocabulary,
  paper: { readonly title: string; readonly machineReadable: string; readonly content: Content[] },
): TDocumentDefinitions {
  return {
    version: '1.7',
    language: 'zh-CN',
    displayTitle: true,
    info: {
      title: `${paper.title} ${data.policyNumber}`,
      author: data.insurerName,
      subject: data.sectionName,
      creator: data.platformName,
      producer: data.platformName,
    },
    files: {
      facts: {
        name: 'guarantee.json',
        description: '保函数据',
        src: `data:application/json;base64,${Buffer.from(paper.machineReadable).toString('base64')}`,
      },
    },
    pageSize: 'A4',
    pageMargins: [MARGIN_PT, 66, MARGIN_PT, 66],
    background: () => frame(),
    header: () => runningHead(data, words),
    footer: (page, pages) => runningFoot(data, page, pages),
    ...(data.sandbox && {
      watermark: { text: SPECIMEN_TEXT, color: NAVY, opacity: 0.09, bold: true, fontSize: 52, angle: -52 },
    }),
    content: paper.content,
    // A clause's title never stands alone at the foot of a page.
    pageBreakBefore: (node, container) =>
      node.headlineLevel === 1 && container.getFollowingNodesOnPage().length === 0,
    defaultStyle: { font: PAPER_FONT, fontSize: 9.5, color: INK },
    styles: paperStyles,
  };
}

/**
 * The policy as a pdfmake document: the first page is the instrument, complete in itself, the clauses follow.
 * Pure: the same data give the same definition. Names are printed as text, whatever they contain.
 */
export function policyDocument(input: PolicyPaper): TDocumentDefinitions {
  const data = printableFields(input);
  const words = vocabularyOf(data);
  return instrument(data, words, {
    title: words.title,
    machineReadable: JSON.stringify(policyFacts(data), null, 2),
    content: [
      ...masthead(data, words),
      ...undertaking(data, words),
      sumPanel(data, words),
      facts(data, words),
      signature(data, words),
      verification(data, words),
      ...terms(data, words),
    ],
  });
}

/** A paper of its own that changes a policy: here the last day of its cover. */
export interface EndorsementPaper {
  /** The policy as it stands after the change; `issuedAtText` is the endorsement's. */
  policy: PolicyPaper;
  endorsementNumber: string;
  previousEndOn: string;
  reason: string;
}

/** An endorsement as a pdfmake document: what was, what is, why; all else of the policy stays. Pure, as `policyDocument` is. */
export function endorsementDocument(input: EndorsementPaper): TDocumentDefinitions {
  const data = printableFields(input.policy);
  const words = vocabularyOf(data);
  const title = `${words.title.replace(/（.*）$/, '')}批单`;
  const number = printable(input.endorsementNumber);
  const reason = printable(input.reason);
  return instrument(data, words, {
    title,
    machineReadable: JSON.stringify(
      {
        ENDORSEMENT_NUMBER: number,
        PREVIOUS_COVER_END: input.previousEndOn,
        REASON: reason,
        ...policyFacts(data),
      },
      null,
      2,
    ),
    content: [
      ...masthead(data, words, title),
      {
        margin: [0, 14, 0, 3],
        text: [
          { text: '致：', color: MUTED },
          { text: data.insuredName, bold: true },
        ],
      },
      {
        style: 'body',
        text:
          `经${words.applicant}与${words.issuer}约定，对上述${words.number.replace(/(编)?号$/, '')}作如下批改。` +
          `本批单是其组成部分；除批改的内容外，其余内容不变，原文件仍然有效。`,
      },
      {
        margin: [0, 12, 0, 0],
        stack: [
          factsGroup('批改内容', [
            wideRow('批单号', number, true),
            wideRow(`原${words.period}`, `自 ${data.startOn} 零时起至 ${input.previousEndOn} 二十四时止`),
            wideRow(
              `新${words.period}`,
              `自 ${data.startOn} 零时起至 ${data.endOn} 二十四时止，共 ${data.days} 天`,
              true,
            ),
            wideRow('批改原因', reason),
            wideRow(words.sum, `¥${formatYuanGrouped(data.sumInsuredFen)}（不变）`),
            wideRow(words.price, '本次批改不另收费用'),
          ]),
          factsGroup('当事人与标段', [
            pairRow(words.applicant, data.applicantName, '信用代码', data.applicantCreditCode),
            pairRow(words.beneficiary, data.insuredName, '信用代码', data.insuredCreditCode ?? '未提供'),
            wideRow('标段名称', data.sectionName),
            wideRow('标段编号', data.sectionCode),
          ]),
          rule(0.9, NAVY),
        ],
      },
      signature(data, words),
      verification(data, words),
    ],
  });
}
