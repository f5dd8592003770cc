import { z } from 'zod';
import { type FieldMessage, InvalidInput } from '../../command/refusals.ts';
import type { ApplicationRow } from '../../db/tables/order.ts';
import type { InvoiceType, PrefillSource, Qualification } from '../../db/vocabulary.ts';
import { shanghaiDay } from '../../kernel/clock.ts';
import { creditCodeFault, normaliseCreditCode } from '../../kernel/credit-code.ts';
import { normaliseMobile, normalisePhone } from '../../kernel/mobile.ts';
import { formatYuanGrouped } from '../../kernel/money.ts';
import { cleanLine } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import type { EnterpriseRow } from '../enterprise/enterprise.queries.ts';
import { type Candidate, type OfferCase, type OfferFault, offerFaults } from '../insurer/offer.ts';
import type { DepositRow, SectionRow } from '../section/section.queries.ts';
import { coverToBegin, coverWarnings } from './order.cover.ts';
import type { OrderRow } from './order.queries.ts';

type Leaf<T> = T | null | undefined;

/** What is sent to be saved: an absent leaf keeps what is there, null clears it. */
export interface ApplicationInput {
  readonly section?: Leaf<{
    readonly constructionDays?: Leaf<number>;
    readonly projectCode?: Leaf<string>;
    readonly projectAddress?: Leaf<string>;
    readonly projectName?: Leaf<string>;
  }>;
  readonly cover?: Leaf<{
    /** In fen. */
    readonly sumInsured?: Leaf<number>;
    readonly startOn?: Leaf<string>;
    readonly days?: Leaf<number>;
  }>;
  readonly applicant?: Leaf<{
    readonly registeredAddress?: Leaf<string>;
    readonly contactAddress?: Leaf<string>;
    readonly qualification?: Leaf<Qualification>;
    readonly contactName?: Leaf<string>;
    readonly contactPhone?: Leaf<string>;
  }>;
  readonly insured?: Leaf<{ readonly name?: Leaf<string>; readonly creditCode?: Leaf<string> }>;
  readonly handler?: Leaf<{
    readonly name?: Leaf<string>;
    readonly mobile?: Leaf<string>;
    readonly email?: Leaf<string>;
  }>;
  readonly invoicePreference?: Leaf<{ readonly type: InvoiceType }>;
}

type Leaves = ReadonlyMap<string, string | number | null>;

/** Every leaf by its path in `ApplicationInput`, such as `cover.sumInsured` (in fen). */
export function leavesOf({ cover, invoicePreference, ...application }: ApplicationRow): Leaves {
  const { section, applicant, insured, handler } = application;
  const groups = {
    section,
    cover: { sumInsured: cover.sumInsuredFen, startOn: cover.startOn, days: cover.days },
    applicant,
    insured,
    handler,
    invoicePreference: { type: invoicePreference?.type ?? null },
  };
  return new Map(
    Object.entries(groups).flatMap(([group, leaves]) =>
      Object.entries(leaves).map(([name, value]): [string, string | number | null] => [
        `${group}.${name}`,
        value,
      ]),
    ),
  );
}

/**
 * The application as it stands when an order is started: the section and the enterprise's profile fill what they know, the
 * enterprise's last application gives its contacts.
 */
export function prefilledApplication(facts: {
  readonly section: SectionRow;
  readonly deposit: DepositRow;
  readonly enterprise: EnterpriseRow;
  readonly last: ApplicationRow | null;
  readonly now: number;
}): ApplicationRow {
  const { section, deposit, enterprise, last, now } = facts;
  const application: ApplicationRow = {
    section: {
      constructionDays: null,
      projectCode: section.projectCode,
      projectAddress: null,
      projectName: section.projectName ?? section.name,
    },
    cover: { sumInsuredFen: deposit.amountFen, ...coverToBegin(section, deposit, now) },
    applicant: {
      name: enterprise.name,
      creditCode: enterprise.creditCode,
      registeredAddress: last?.applicant.registeredAddress ?? enterprise.address,
      contactAddress: last?.applicant.contactAddress ?? enterprise.address,
      qualification: last?.applicant.qualification ?? null,
      contactName: last?.applicant.contactName ?? null,
      contactPhone: last?.applicant.contactPhone ?? null,
    },
    insured: { name: section.tendererName, creditCode: section.tendererCode },
    handler: last?.handler ?? { name: null, mobile: null, email: null },
    invoicePreference: null,
    savedAt: now,
  };
  const isBid = deposit.kind === 'BID';
  const sourceOf = (path: string): PrefillSource => {
    if (/^(section|insured)\./.test(path) || path === 'cover.sumInsured') return 'SECTION';
    if (path.startsWith('cover.')) return isBid ? 'SECTION' : 'RULE';
    if (path === 'applicant.name' || path === 'applicant.creditCode') return 'PROFILE';
    if (path === 'applicant.registeredAddress' && !last?.applicant.registeredAddress) return 'PROFILE';
    if (path === 'applicant.contactAddress' && !last?.applicant.contactAddress) return 'PROFILE';
    return 'LAST_ORDER';
  };
  const filled = [...leavesOf(application)].filter(([, value]) => value !== null);
  return { ...application, prefilled: Object.fromEntries(filled.map(([path]) => [path, sourceOf(path)])) };
}

/**
 * The application of an order that ended, for a new one: all that was typed stays. Who applies is as certified now, and cover does
 * not begin earlier than it still can.
 */
export function repeatedApplication(
  former: ApplicationRow,
  fresh: ApplicationRow,
  isBid: boolean,
): ApplicationRow {
  const { startOn } = former.cover;
  const stillPossible = !isBid && startOn !== null && startOn > (fresh.cover.startOn ?? '');
  const application: ApplicationRow = {
    ...former,
    cover: { ...former.cover, startOn: stillPossible ? startOn : fresh.cover.startOn },
    applicant: { ...former.applicant, name: fresh.applicant.name, creditCode: fresh.applicant.creditCode },
    savedAt: fresh.savedAt,
  };
  const known = leavesOf(fresh);
  const filled = [...leavesOf(application)].filter(([, value]) => value !== null);
  const sourceOf = (path: string, value: unknown) =>
    (value === known.get(path) && fresh.prefilled?.[path]) || 'LAST_ORDER';
  return {
    ...application,
    prefilled: Object.fromEntries(filled.map(([path, value]) => [path, sourceOf(path, value)])),
  };
}

/**
 * The application with what was sent laid over it. Texts are trimmed, numbers brought into their one written form.
 *
 * Refuses: InvalidInput, naming every leaf whose shape is wrong. What is missing is no fault of a draft.
 */
export function mergedApplication(
  kept: ApplicationRow,
  input: ApplicationInput,
  now: number,
): ApplicationRow {
  const issues: FieldMessage[] = [];
  const leaf = <T, U>(
    path: string,
    given: Leaf<T>,
    before: U | null,
    parse: (value: T) => U | null,
    message: string,
  ): U | null => {
    if (given === undefined) return before;
    if (given === null || (typeof given === 'string' && given.trim() === '')) return null;
    const value = parse(given);
    if (value === null) issues.push({ path: `application.${path}`, message });
    return value;
  };
  const line = (
    path: string,
    label: string,
    given: Leaf<string>,
    before: string | null,
    charactersMax: number,
  ) =>
    leaf(
      path,
      given,
      before,
      (text) => cleanLine(text, charactersMax),
      `${label}应为一行文字，且不超过 ${charactersMax} 个字`,
    );
  const whole = (path: string, label: string, given: Leaf<number>, before: number | null, max: number) =>
    leaf(
      path,
      given,
      before,
      (value) => (value >= 1 && value <= max ? value : null),
      `${label}应在 1 到 ${max} 之间`,
    );

  const { section, cover, applicant, insured, handler, invoicePreference } = input;
  const merged: ApplicationRow = {
    section: {
      constructionDays: whole(
        'section.constructionDays',
        '工期（日历天）',
        section?.constructionDays,
        kept.section.constructionDays,
        limits.constructionDaysMax,
      ),
      projectCode: line(
        'section.projectCode',
        '项目编号',
        section?.projectCode,
        kept.section.projectCode,
        limits.codeCharactersMax,
      ),
      projectAddress: line(
        'section.projectAddress',
        '项目地址',
        section?.projectAddress,
        kept.section.projectAddress,
        limits.addressCharactersMax,
      ),
      projectName: line(
        'section.projectName',
        '项目名称',
        section?.projectName,
        kept.section.projectName,
        limits.nameCharactersMax,
      ),
    },
    cover: {
      sumInsuredFen: leaf(
        'cover.sumInsured',
        cover?.sumInsured,
        kept.cover.sumInsuredFen,
        (fen) => (fen > 0 ? fen : null),
        '保险金额应大于 0',
      ),
      startOn: leaf('cover.startOn', cover?.startOn, kept.cover.startOn, (day) => day, '请填写起保日期'),
      days: whole('cover.days', '保障天数', cover?.days, kept.cover.days, limits.coverDaysMax),
    },
    applicant: {
      name: kept.applicant.name,
      creditCode: kept.applicant.creditCode,
      registeredAddress: line(
        'applicant.registeredAddress',
        '注册地址',
        applicant?.registeredAddress,
        kept.applicant.registeredAddress,
        limits.addressCharactersMax,
      ),
      contactAddress: line(
        'applicant.contactAddress',
        '联系地址',
        applicant?.contactAddress,
        kept.applicant.contactAddress,
        limits.addressCharactersMax,
      ),
      qualification: leaf(
        'applicant.qualification',
        applicant?.qualification,
        kept.applicant.qualification,
        (value) => value,
        '请选择施工资质等级',
      ),
      contactName: line(
        'applicant.contactName',
        '联系人',
        applicant?.contactName,
        kept.applicant.contactName,
        limits.nameCharactersMax,
      ),
      contactPhone: leaf(
        'applicant.contactPhone',
        applicant?.contactPhone,
        kept.applicant.contactPhone,
        normalisePhone,
        '联系电话应为 11 位手机号，或带区号的固定电话，如 024-42800000',
      ),
    },
    insured: {
      name: line('insured.name', '被保险人名称', insured?.name, kept.insured.name, limits.nameCharactersMax),
      creditCode: leaf(
        'insured.creditCode',
        insured?.creditCode,
        kept.insured.creditCode,
        (text) => cleanLine(normaliseCreditCode(text), limits.codeCharactersMax),
        `被保险人统一社会信用代码应为一行文字，且不超过 ${limits.codeCharactersMax} 个字`,
      ),
    },
    handler: {
      name: line('handler.name', '经办人姓名', handler?.name, kept.handler.name, limits.nameCharactersMax),
      mobile: leaf(
        'handler.mobile',
        handler?.mobile,
        kept.handler.mobile,
        normaliseMobile,
        '经办人手机号应为 11 位手机号',
      ),
      email: leaf('handler.email', handler?.email, kept.handler.email, parseEmail, '经办人邮箱格式不正确'),
    },
    invoicePreference: invoicePreference === undefined ? kept.invoicePreference : invoicePreference,
    savedAt: now,
  };
  if (issues.length > 0) throw new InvalidInput(issues);
  const before = leavesOf(kept);
  const after = leavesOf(merged);
  // What somebody typed over is no longer what was filled in for them.
  const untouched = Object.entries(kept.prefilled ?? {}).filter(
    ([path]) => after.get(path) === before.get(path),
  );
  return { ...merged, prefilled: Object.fromEntries(untouched) };
}

/**
 * Leaves that somebody else has changed since they were seen, and that would now be overwritten with something else again.
 *
 * @param seen the application as whoever saves it last saw it
 * @returns paths within `ApplicationInput`
 */
export function overwrittenLeaves(
  kept: ApplicationRow,
  seen: ApplicationRow,
  merged: ApplicationRow,
): string[] {
  const seenLeaves = leavesOf(seen);
  const mergedLeaves = leavesOf(merged);
  return [...leavesOf(kept)].flatMap(([path, value]) =>
    seenLeaves.get(path) !== value && mergedLeaves.get(path) !== value ? [path] : [],
  );
}

function parseEmail(text: string): string | null {
  const email = text.trim();
  return email.length <= limits.emailCharactersMax && z.email().safeParse(email).success ? email : null;
}

/** What has to be filled in before the order can be submitted and is not. Empty: the application is complete. */
export function missingLeaves(application: ApplicationRow): FieldMessage[] {
  const { section, cover, applicant, insured } = application;
  const required: readonly [path: string, value: unknown, message: string][] = [
    ['section.projectName', section.projectName, '请填写项目名称'],
    ['cover.sumInsured', cover.sumInsuredFen, '请填写保险金额'],
    ['cover.startOn', cover.startOn, '请填写起保日期'],
    ['cover.days', cover.days, '请填写保障天数'],
    ['applicant.registeredAddress', applicant.registeredAddress, '请填写投保人注册地址'],
    ['applicant.contactAddress', applicant.contactAddress, '请填写投保人联系地址'],
    ['applicant.qualification', applicant.qualification, '请选择施工资质等级'],
    ['applicant.contactName', applicant.contactName, '请填写联系人'],
    ['applicant.contactPhone', applicant.contactPhone, '请填写联系电话'],
    ['insured.name', insured.name, '请填写被保险人名称'],
  ];
  return required
    .filter(([, value]) => value === null)
    .map(([path, , message]) => ({ path: `application.${path}`, message }));
}

/** What may be right but is worth a second look. Stops nothing. */
export function applicationWarnings(
  order: OrderRow,
  application: ApplicationRow,
  section: SectionRow,
  deposit: DepositRow | null,
  now: number,
): FieldMessage[] {
  const warnings: FieldMessage[] = [];
  const fault =
    application.insured.creditCode === null ? null : creditCodeFault(application.insured.creditCode);
  if (fault !== null) warnings.push({ path: 'application.insured.creditCode', message: `被保险人${fault}` });
  const { sumInsuredFen } = application.cover;
  if (sumInsuredFen !== null && order.depositAmountFen !== null && sumInsuredFen !== order.depositAmountFen) {
    warnings.push({
      path: 'application.cover.sumInsured',
      message: `保险金额与标段要求的保证金金额 ${formatYuanGrouped(order.depositAmountFen)} 元不一致`,
    });
  }
  if (order.state === 'DRAFT' && deposit) warnings.push(...coverWarnings(application, section, deposit, now));
  return warnings;
}

/** What an order asks of a product, as its application stands. */
export function offerCaseOf(
  order: Pick<OrderRow, 'depositKind' | 'form' | 'application'>,
  section: SectionRow,
  now: number,
): OfferCase {
  return {
    depositKind: order.depositKind,
    form: order.form,
    regionCode: section.regionCode,
    sumInsuredFen: order.application?.cover.sumInsuredFen ?? null,
    days: order.application?.cover.days ?? null,
    today: shanghaiDay(now),
  };
}

/** Chosen products that cannot cover what is applied for, at their place among the chosen ones, and at the leaf that is too much. */
export function productFaults(chosen: readonly Candidate[], asked: OfferCase): FieldMessage[] {
  if (chosen.length === 0) return [{ path: 'productIds', message: '请至少选择一家保险公司' }];
  return chosen.flatMap((candidate, i) => {
    const { insurer, product } = candidate;
    if (isSecondOfInsurer(chosen, i))
      return [{ path: `productIds.${i}`, message: `${insurer.shortName}只能选择一个产品` }];
    return offerFaults(candidate, asked).flatMap(({ concerns, message }) => {
      const leaf = leafOf[concerns];
      return [
        ...(leaf ? [{ path: `application.cover.${leaf}`, message: `${insurer.shortName}：${message}` }] : []),
        {
          path: `productIds.${i}`,
          message: `${insurer.shortName}的“${product.name}”不适用：${message}，请重新选择`,
        },
      ];
    });
  });
}

const leafOf: Partial<Record<OfferFault['concerns'], string>> = { SUM: 'sumInsured', DAYS: 'days' };

/** One quote an insurer: of two it would have to say which it stands by. */
export const isSecondOfInsurer = (chosen: readonly (Candidate | null)[], i: number): boolean =>
  chosen.findIndex((other) => other?.insurer.id === chosen[i]?.insurer.id) < i;
