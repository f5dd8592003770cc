import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { amountInWords, formatYuanGrouped } from '../kernel/money.ts';
import {
  factsGroup,
  INK,
  MARGIN_PT,
  MUTED,
  NAVY,
  PAPER_FONT,
  pairRow,
  paperStyles,
  printable,
  rule,
  SPECIMEN_TEXT,
  wideRow,
} from './policy-paper.ts';

/** What one insurer is handed when an order is submitted: the application, or the promise to make good what it pays. */
export interface ApplicationPaper {
  kind: 'APPLICATION_FORM' | 'COUNTER_GUARANTEE';
  platformName: string;
  brokerName: string;
  insurerName: string;
  insurerLicense: string;
  productName: string;
  orderNumber: string;
  depositKindLabel: string;
  formLabel: string;
  sectionName: string;
  sectionCode: string;
  projectName: string | null;
  projectCode: string | null;
  projectAddress: string | null;
  constructionDays: number | null;
  /** In fen, as are all amounts. */
  depositAmountFen: number | null;
  sumInsuredFen: number | null;
  /** First and last day, both covered, as YYYY-MM-DD. */
  startOn: string | null;
  endOn: string | null;
  days: number | null;
  referencePremiumFen: number | null;
  premiumText: string | null;
  applicantName: string;
  applicantCreditCode: string;
  registeredAddress: string | null;
  contactAddress: string | null;
  qualificationLabel: string | null;
  contactName: string | null;
  contactPhone: string | null;
  insuredName: string | null;
  insuredCreditCode: string | null;
  handlerName: string | null;
  handlerMobile: string | null;
  handlerEmail: string | null;
  /** The insurer's own text that belongs to the paper, page by page, and which version it is. */
  terms: { title: string; version: number; sha256: string; pages: string[] };
}

/** How a paper is shown: as a preview of what is typed, or as it was submitted. */
export interface PaperIssue {
  /** SHA-256 of the content in hex: the same on the preview and on what was submitted. */
  contentSha256: string;
  /** In milliseconds; null for a preview. */
  submittedAt: number | null;
  submittedAtText: string | null;
  sandbox: boolean;
}

const PREVIEW_TEXT = '预览 未提交';
const blank = (text: string | number | null, unit = '') =>
  text === null || text === '' ? '（未填写）' : `${printable(String(text))}${unit}`;
const money = (fen: number | null): string =>
  fen === null ? '（未填写）' : `¥${formatYuanGrouped(fen)}　${amountInWords(fen)}`;

interface Words {
  readonly applicant: string;
  readonly insured: string;
  readonly insurer: string;
  readonly sum: string;
  readonly premium: string;
  readonly cover: string;
}
function wordsOf({ formLabel }: ApplicationPaper): Words {
  return formLabel.includes('保险')
    ? {
        applicant: '投保人',
        insured: '被保险人',
        insurer: '保险人',
        sum: '保险金额',
        premium: '参考保费',
        cover: '保障时间',
      }
    : {
        applicant: '申请人',
        insured: '受益人',
        insurer: '保证人',
        sum: '担保金额',
        premium: '参考担保费',
        cover: '保证期间',
      };
}

function opening(paper: ApplicationPaper, words: Words): string {
  const { insurerName, applicantName, sectionName, depositKindLabel } = paper;
  const [insurer, applicant, section] = [insurerName, applicantName, sectionName].map(printable);
  if (paper.kind === 'APPLICATION_FORM') {
    return `${words.applicant}${applicant}就下列标段以电子保函替代${depositKindLabel}，向${insurer}提出申请。保险费率和保费金额，以${words.insurer}最终数据为准。`;
  }
  return (
    `鉴于${insurer}应${applicant}的申请，就“${section}”出具替代${depositKindLabel}的电子保函，${applicant}承诺：` +
    `${insurer}因该保函向${words.insured}支付款项后，${applicant}按下列条款向其偿还，偿还金额以实际支付的款项及相关费用为限。`
  );
}

function facts(paper: ApplicationPaper, words: Words): Content {
  const period =
    paper.startOn && paper.endOn && paper.days
      ? `${paper.startOn} 零时起至 ${paper.endOn} 二十四时止，共 ${paper.days} 个日历天`
      : '（未填写）';
  const cover = [
    wideRow(words.sum, money(paper.sumInsuredFen), true),
    wideRow(words.cover, period, true),
    ...(paper.kind === 'APPLICATION_FORM'
      ? [
          wideRow(
            words.premium,
            paper.referencePremiumFen === null ? '由机构核定' : money(paper.referencePremiumFen),
          ),
          ...(paper.premiumText ? [wideRow('计算方式', printable(paper.premiumText))] : []),
        ]
      : []),
  ];
  return {
    margin: [0, 12, 0, 0],
    stack: [
      factsGroup('标段信息', [
        wideRow('标段名称', printable(paper.sectionName), true),
        pairRow('标段编号', printable(paper.sectionCode), '保证金类型', paper.depositKindLabel),
        wideRow('项目名称', blank(paper.projectName)),
        pairRow('项目编号', blank(paper.projectCode), '工期', blank(paper.constructionDays, ' 日历天')),
        wideRow('项目地址', blank(paper.projectAddress)),
        wideRow('保证金金额', paper.depositAmountFen === null ? '待定' : money(paper.depositAmountFen)),
      ]),
      factsGroup('保险信息', cover),
      factsGroup(`${words.applicant}信息`, [
        pairRow('名称', printable(paper.applicantName), '信用代码', paper.applicantCreditCode),
        wideRow('注册地址', blank(paper.registeredAddress)),
        wideRow('联系地址', blank(paper.contactAddress)),
        pairRow('联系人', blank(paper.contactName), '联系电话', blank(paper.contactPhone)),
        pairRow('经办人', blank(paper.handlerName), '手机号', blank(paper.handlerMobile)),
        pairRow('邮箱', blank(paper.handlerEmail), '资质等级', blank(paper.qualificationLabel)),
      ]),
      factsGroup(`${words.insured}信息`, [
        pairRow('名称', blank(paper.insuredName), '信用代码', blank(paper.insuredCreditCode)),
      ]),
      factsGroup('承保机构', [
        pairRow('全称', printable(paper.insurerName), '许可证号', printable(paper.insurerLicense)),
        pairRow('产品', printable(paper.productName), '保险经纪人', printable(paper.brokerName)),
      ]),
      rule(0.9, NAVY),
    ],
  };
}

function terms({ terms: { title, version, sha256, pages } }: ApplicationPaper): Content[] {
  return [
    {
      text: `${printable(title)}（第 ${version} 版）`,
      style: 'clauseTitle',
      margin: [0, 14, 0, 2],
      headlineLevel: 1,
    },
    { text: `文件摘要 SHA-256：${sha256}`, style: 'running', margin: [0, 0, 0, 4] },
    ...pages.flatMap((page) =>
      page
        .split(/\n+/)
        .map(printable)
        .filter(Boolean)
        .map((text): Content => ({ text, style: 'body', leadingIndent: 19, margin: [0, 2, 0, 0] })),
    ),
  ];
}

function signature(paper: ApplicationPaper, issue: PaperIssue, words: Words): Content {
  const when = issue.submittedAtText ?? '尚未提交';
  return {
    unbreakable: true,
    margin: [0, 16, 0, 0],
    stack: [
      { text: `${words.applicant}：${printable(paper.applicantName)}`, bold: true },
      { text: `提交时间：${when}（经平台以电子方式提交）`, margin: [0, 3, 0, 0] },
    ],
  };
}

/**
 * The paper as a pdfmake document. Pure, and the same bytes come of it each time: a submitted paper is dated by its submission, so that
 * it can be made again whenever it is asked for.
 */
export function applicationDocument(paper: ApplicationPaper, issue: PaperIssue): TDocumentDefinitions {
  const words = wordsOf(paper);
  const isPreview = issue.submittedAt === null;
  const kind = paper.depositKindLabel.replace(/保证金$/, '');
  const title = paper.kind === 'APPLICATION_FORM' ? `${kind}电子保函投保单` : '反担保承诺函';
  const mark = isPreview ? PREVIEW_TEXT : issue.sandbox ? SPECIMEN_TEXT : null;
  const note = isPreview ? '预览，未提交，内容可能变化。' : `提交时间 ${issue.submittedAtText}`;
  return {
    version: '1.7',
    language: 'zh-CN',
    displayTitle: true,
    info: {
      title: `${title} ${paper.orderNumber}`,
      author: paper.applicantName,
      subject: paper.sectionName,
      creator: paper.platformName,
      producer: paper.platformName,
      creationDate: new Date(issue.submittedAt ?? 0),
    },
    pageSize: 'A4',
    pageMargins: [MARGIN_PT, 60, MARGIN_PT, 66],
    header: () => ({
      margin: [MARGIN_PT, 34, MARGIN_PT, 0],
      columns: [
        { text: paper.platformName, style: 'running' },
        { text: `订单号：${paper.orderNumber}`, style: 'running', alignment: 'right' },
      ],
    }),
    footer: (page, pages) => ({
      margin: [MARGIN_PT, 10, MARGIN_PT, 0],
      stack: [
        { text: `内容摘要 SHA-256：${issue.contentSha256}`, style: 'running' },
        {
          margin: [0, 3, 0, 0],
          columns: [
            {
              width: '*',
              text: `${note}${issue.sandbox ? '　演示样本，不具法律效力。' : ''}`,
              style: 'running',
            },
            { width: 110, text: `第 ${page} 页，共 ${pages} 页`, style: 'running', alignment: 'right' },
          ],
        },
      ],
    }),
    ...(mark && {
      watermark: { text: mark, color: NAVY, opacity: 0.09, bold: true, fontSize: 56, angle: -52 },
    }),
    content: [
      { text: printable(paper.insurerName), style: 'issuer' },
      { text: title, style: 'title' },
      rule(1.4, NAVY, 72),
      { text: opening(paper, words), style: 'body', leadingIndent: 19, margin: [0, 12, 0, 0] },
      facts(paper, words),
      ...terms(paper),
      signature(paper, issue, words),
      ...(isPreview
        ? [
            {
              text: '本页为提交前的预览。提交后的正式文件载有相同的内容摘要。',
              color: MUTED,
              fontSize: 8.5,
              margin: [0, 10, 0, 0],
            } as Content,
          ]
        : []),
    ],
    pageBreakBefore: (node, container) =>
      node.headlineLevel === 1 && container.getFollowingNodesOnPage().length === 0,
    defaultStyle: { font: PAPER_FONT, fontSize: 9.5, color: INK },
    styles: paperStyles,
  };
}
