import type { ResultOf, VariablesOf } from '../../gql/graphql.ts';
import { isMobile, toHalfWidth } from '../../shared/identifiers.ts';
import type { ApplicationFields, SaveApplicationDocument } from './application.gql.ts';
import { formatYuan, parseYuan } from './premium.ts';

export type Application = ResultOf<typeof ApplicationFields>;
export type ApplicationInput = VariablesOf<typeof SaveApplicationDocument>['input']['application'];
export type Qualification = NonNullable<Application['applicant']['qualification']>;
export type InvoiceType = NonNullable<Application['invoicePreference']>['type'];

export const qualificationLabels = {
  SPECIAL: '特级',
  FIRST: '一级',
  SECOND: '二级',
  THIRD: '三级',
  NONE: '无资质等级',
} as const satisfies Record<Qualification, string>;

export const invoiceTypeLabels = {
  E_ORDINARY: '电子增值税普通发票',
  PAPER_ORDINARY: '纸质增值税普通发票',
  PAPER_SPECIAL: '纸质增值税专用发票',
  DIGITAL_ORDINARY: '数电票（普通发票）',
  DIGITAL_SPECIAL: '数电票（增值税专用发票）',
} as const satisfies Record<InvoiceType, string>;

export const prefillSourceLabels = {
  SECTION: '标段公告',
  PROFILE: '企业信息',
  LAST_ORDER: '上次订单',
  RULE: '默认规则',
} as const satisfies Record<Application['prefilled'][number]['source'], string>;

/** Longest cover the platform takes; the server has the same maximum. */
export const coverDaysMax = 3650;
export const constructionDaysMax = 36_500;

/** What stands in the fields: texts, as they were typed. Paths are those of the API's `ApplicationInput`. */
export interface ApplicationForm {
  section: { constructionDays: string; projectCode: string; projectAddress: string; projectName: string };
  cover: { sumInsured: string; startOn: string; days: string };
  applicant: {
    registeredAddress: string;
    contactAddress: string;
    qualification: Qualification | '';
    contactName: string;
    contactPhone: string;
  };
  insured: { name: string; creditCode: string };
  handler: { name: string; mobile: string; email: string };
  invoicePreference: { type: InvoiceType | '' };
}

/** The fields as the server knows them, prefilled from the section and the profile; empty without an application. */
export function formOf(application: Application | null): ApplicationForm {
  const { section, cover, applicant, insured, handler, invoicePreference } = application ?? {};
  return {
    section: {
      constructionDays: section?.constructionDays?.toString() ?? '',
      projectCode: section?.projectCode ?? '',
      projectAddress: section?.projectAddress ?? '',
      projectName: section?.projectName ?? '',
    },
    cover: {
      sumInsured: cover?.sumInsured ?? '',
      startOn: cover?.startOn ?? '',
      days: cover?.days?.toString() ?? '',
    },
    applicant: {
      registeredAddress: applicant?.registeredAddress ?? '',
      contactAddress: applicant?.contactAddress ?? '',
      qualification: applicant?.qualification ?? '',
      contactName: applicant?.contactName ?? '',
      contactPhone: applicant?.contactPhone ?? '',
    },
    insured: { name: insured?.name ?? '', creditCode: insured?.creditCode ?? '' },
    handler: { name: handler?.name ?? '', mobile: handler?.mobile ?? '', email: handler?.email ?? '' },
    invoicePreference: { type: invoicePreference?.type ?? '' },
  };
}

/** What each field is called where it is spoken of away from its place. */
const leafLabels: Record<string, string> = {
  'section.projectName': '项目名称',
  'section.projectCode': '项目编号',
  'section.constructionDays': '工期',
  'section.projectAddress': '项目地址',
  'cover.sumInsured': '保险金额',
  'cover.startOn': '起保日期',
  'cover.days': '保障天数',
  'applicant.registeredAddress': '投保人注册地址',
  'applicant.contactAddress': '投保人联系地址',
  'applicant.qualification': '施工资质等级',
  'applicant.contactName': '联系人',
  'applicant.contactPhone': '联系电话',
  'insured.name': '被保人名称',
  'insured.creditCode': '被保人统一社会信用代码',
  'handler.name': '经办人姓名',
  'handler.mobile': '经办人手机号',
  'handler.email': '经办人邮箱',
  'invoicePreference.type': '发票类型',
};
const leafPaths = Object.keys(leafLabels);

/** A field and its content in words, for a sentence about it. */
export function leafLabel(path: string): string {
  return leafLabels[path] ?? path;
}
export function leafText(form: ApplicationForm, path: string): string {
  const text = textAt(form, path);
  const labels: Record<string, string> = { ...qualificationLabels, ...invoiceTypeLabels };
  const isChoice = path === 'applicant.qualification' || path === 'invoicePreference.type';
  return (isChoice ? labels[text] : text) || '（空）';
}

/**
 * What is saved. An emptied field is sent as null; what is typed by half and would be refused (an amount, a number, a
 * telephone) is left out, so that the server keeps what it has until the rest is there.
 */
export function inputOf(form: ApplicationForm): ApplicationInput {
  const { section, cover, applicant, insured, handler, invoicePreference } = form;
  return {
    section: {
      constructionDays: leaf(section.constructionDays, (text) => parseDays(text, constructionDaysMax)),
      projectCode: leaf(section.projectCode),
      projectAddress: leaf(section.projectAddress),
      projectName: leaf(section.projectName),
    },
    cover: {
      sumInsured: leaf(cover.sumInsured, (text) => {
        const fen = parseYuan(text);
        return fen === null ? null : formatYuan(fen);
      }),
      startOn: leaf(cover.startOn),
      days: leaf(cover.days, (text) => parseDays(text)),
    },
    applicant: {
      registeredAddress: leaf(applicant.registeredAddress),
      contactAddress: leaf(applicant.contactAddress),
      qualification: applicant.qualification || null,
      contactName: leaf(applicant.contactName),
      contactPhone: leaf(applicant.contactPhone, (text) => (isPhone(text) ? text : null)),
    },
    insured: { name: leaf(insured.name), creditCode: leaf(insured.creditCode) },
    handler: {
      name: leaf(handler.name),
      mobile: leaf(handler.mobile, (text) => (isMobile(text) ? text : null)),
      email: leaf(handler.email, (text) => (isEmail(text) ? text : null)),
    },
    invoicePreference: invoicePreference.type ? { type: invoicePreference.type } : null,
  };
}

/** What a save sends: the leaves that differ from what the server is known to have, and what they were before. */
export interface ApplicationChange {
  application: ApplicationInput;
  seen: ApplicationInput;
  paths: readonly string[];
}

/** The leaves of `form` that differ from `base` and can be sent; null where there is none. */
export function changeOf(form: ApplicationForm, base: ApplicationForm): ApplicationChange | null {
  const paths = changedPaths(form, base);
  const input = groupsOf(inputOf(form));
  const sendable = paths.filter((path) => leafAt(input, path) !== undefined);
  if (sendable.length === 0) return null;
  return {
    application: pick(input, sendable) as ApplicationInput,
    seen: pick(groupsOf(inputOf(base)), sendable) as ApplicationInput,
    paths: sendable,
  };
}

/** What one section of several needs before it can be submitted; the rest is common to all. */
const sectionPaths = [
  'section.projectName',
  'cover.sumInsured',
  'cover.startOn',
  'cover.days',
  'insured.name',
];

/** Whether all that a section needs of its own is filled in. */
export function isSectionFilled(form: ApplicationForm): boolean {
  const input = groupsOf(inputOf(form));
  return sectionPaths.every((path) => leafAt(input, path) != null);
}

/** Paths such as `applicant.contactName` whose texts differ. */
export function changedPaths(form: ApplicationForm, base: ApplicationForm): string[] {
  return leafPaths.filter((path) => textAt(form, path) !== textAt(base, path));
}

export function textAt(form: ApplicationForm, path: string): string {
  return String(leafAt(groupsOf(form), path) ?? '');
}

export function setTextAt(form: ApplicationForm, path: string, text: string): void {
  const [group = '', name = ''] = path.split('.');
  const leaves = groupsOf(form)[group];
  if (leaves) leaves[name] = text;
}

/**
 * Takes over what the server has where nothing else was typed; what was typed stays. `base` then says what the server has,
 * except where both have changed: there it keeps what was seen, so that the next save is asked about it.
 *
 * @param but paths that are left as they are
 */
export function takeOver(
  form: ApplicationForm,
  base: ApplicationForm,
  server: ApplicationForm,
  but: ReadonlySet<string> = new Set(),
): void {
  for (const path of leafPaths) {
    if (but.has(path)) continue;
    const theirs = textAt(server, path);
    const untouched = textAt(form, path) === textAt(base, path);
    if (untouched) setTextAt(form, path, theirs);
    if (untouched || textAt(form, path) === theirs) setTextAt(base, path, theirs);
  }
}

type Groups = Record<string, Record<string, unknown> | null | undefined>;
// Both forms are groups of leaves; here they are walked by path.
const groupsOf = (of: ApplicationForm | ApplicationInput) => of as unknown as Groups;

function leafAt(groups: Groups, path: string): unknown {
  const [group = '', name = ''] = path.split('.');
  // A preference is cleared as a whole.
  return groups[group] === null ? null : groups[group]?.[name];
}

function pick(groups: Groups, paths: readonly string[]): Groups {
  const picked: Groups = {};
  for (const path of paths) {
    const [group = '', name = ''] = path.split('.');
    picked[group] = groups[group] === null ? null : { ...picked[group], [name]: leafAt(groups, path) };
  }
  return picked;
}

/** A mobile number, or a landline with its area code. */
export function isPhone(text: string): boolean {
  return isMobile(text) || /^0\d{2,3}-?\d{7,8}(-\d{1,6})?$/.test(toHalfWidth(text).replace(/\s/g, ''));
}

export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i.test(text.trim());
}

/** Whole days from 1 to `max`, or null for anything else that was typed. */
export function parseDays(text: string, max = coverDaysMax): number | null {
  if (!/^\d{1,6}$/.test(text.trim())) return null;
  const days = Number(text);
  return days >= 1 && days <= max ? days : null;
}

/** The last day of cover: days are counted inclusively, so that one day ends on the day it starts. */
export function endOf(startOn: string, days: number | null): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(startOn) || days === null) return null;
  const end = new Date(`${startOn}T00:00:00Z`);
  end.setUTCDate(end.getUTCDate() + days - 1);
  return end.toISOString().slice(0, 10);
}

/** A field as it is sent: null when empty, undefined when `parse` makes nothing of it. */
function leaf<T = string>(
  text: string | null,
  parse: (text: string) => T | null = (given) => given as T,
): T | null | undefined {
  const given = text?.trim();
  return given ? (parse(given) ?? undefined) : null;
}
