import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { type Actor, system } from '../access/actor.ts';
import { addApiSecret } from '../access/api-key.ts';
import { hashPassword } from '../access/password.ts';
import { type Core, noRequest } from '../command/core.ts';
import { type Command, run } from '../command/run.ts';
import { apiClients, users } from '../db/tables/account.ts';
import { insurers } from '../db/tables/insurer.ts';
import type { ApiScope, Role } from '../db/vocabulary.ts';
import { parseExchangeTime } from '../kernel/clock.ts';
import { newId } from '../kernel/id.ts';
import { invariant } from '../kernel/invariant.ts';
import * as enterprise from '../modules/enterprise/enterprise.service.ts';
import { publishDocument, saveInsurer, saveProduct } from '../modules/insurer/insurer.service.ts';
import { saveBidSection } from '../modules/project/project.service.ts';
import { listSections, sectionByCode } from '../modules/section/section.queries.ts';
import * as sections from '../modules/section/section.service.ts';
import { receiveUpload } from '../modules/upload/upload.service.ts';
import { platformDocuments, productDocuments } from './documents.ts';
import { demoInsurers, demoProducts } from './insurers.ts';
import { demoContractors } from './organisations.ts';
import { DEMO_SOURCE, type DemoSectionEvent, demoSectionEvents, demoSections } from './sections.ts';

export interface DemoAccount {
  readonly mobile: string;
  readonly password: string;
}
export interface DemoAccounts {
  readonly operator: DemoAccount;
  readonly operator2: DemoAccount;
  readonly underwriter: DemoAccount;
  readonly regulator: DemoAccount;
  readonly bidder: DemoAccount;
  readonly apiClients: Readonly<
    Record<'centre' | 'insurer' | 'bank', { readonly id: string; readonly secret: string }>
  >;
}

/** Where the sandbox insurer finds its keys. */
export const insurerKeysFile = (dataDir: string) => join(dataDir, 'sandbox', 'insurer-keys.json');
export const demoAccountsFile = (dataDir: string) => join(dataDir, 'demo-accounts.json');

export async function isSeeded(core: Core): Promise<boolean> {
  return (await core.database.reader.$count(insurers)) > 0;
}

const centre: Actor = {
  kind: 'API_CLIENT',
  id: 'api_demonstration',
  scopes: ['sections:write'],
  insurerId: null,
};

/**
 * Fills an empty database with the demonstration: fictional insurers, products, documents, sections and accounts. Everything goes
 * through the service functions that serve real data; passwords and keys are made anew and written to files only the owner reads.
 */
export async function seedDemonstration(core: Core, tell: (step: string) => void): Promise<DemoAccounts> {
  const now = core.clock.now();
  // All of it or nothing: a start that was cut off begins again.
  const made = await core.database.transact(async () => {
    tell('insurers, products and documents');
    const insurerIds = await as(core, system, now, seedInsurers);
    tell('bid sections');
    await seedSections(core, now);
    tell('accounts');
    const made = await as(core, system, now, (command) => seedAccounts(command, insurerIds));
    tell('a certified enterprise');
    await seedEnterprise(core, made, now);
    await seedProjects(core, now, made.accounts.bidder.mobile);
    return made;
  });
  await writeFile(insurerKeysFile(core.config.dataDir), JSON.stringify(made.insurerKeys, null, 2), {
    mode: 0o600,
  });
  await writeFile(demoAccountsFile(core.config.dataDir), JSON.stringify(made.accounts, null, 2), {
    mode: 0o600,
  });
  return made.accounts;
}

/** Runs at another time than now, for what lies in the demonstration's past. */
const as = <T>(core: Core, actor: Actor, atMs: number, act: (command: Command) => Promise<T>) =>
  run({ ...core, clock: { now: () => atMs } }, actor, noRequest, act);

async function seedInsurers(command: Command): Promise<Map<string, string>> {
  const { broker } = command.core.config;
  const platform = platformDocuments({
    platformName: '本溪市公共资源交易中心金融服务平台',
    centreName: '本溪市公共资源交易中心',
    brokerName: broker.name,
    brokerLicenseNumber: broker.licenseNumber,
  });
  for (const document of platform) await publishDocument(command, document);

  const ids = new Map<string, string>();
  for (const insurer of demoInsurers) {
    const row = await saveInsurer(command, insurer);
    ids.set(insurer.key, row.id);
  }
  for (const product of demoProducts) {
    const insurer = demoInsurers.find((candidate) => candidate.key === product.insurerKey);
    const insurerId = ids.get(product.insurerKey);
    invariant(insurer && insurerId, 'a product belongs to an insurer');
    const row = await saveProduct(command, {
      insurerId,
      name: product.name,
      depositKind: product.depositKind,
      form: product.form,
      formula: product.formula,
      rate: product.rate,
      minimumPremium: product.minimumFen,
      minimumSum: product.minimumSumFen,
      maximumSum: product.maximumSumFen,
      maximumDays: product.maximumDays,
      regionCodes: product.regionCodes,
      tiers: product.tiers?.map((tier) => ({ upTo: tier.upToFen, rate: tier.rate })) ?? null,
      active: true,
    });
    const documents = productDocuments({
      insurerName: insurer.name,
      productName: product.name,
      depositKind: product.depositKind,
      form: product.form,
      brokerName: broker.name,
      withAnnexes: product.hasAnnexes,
    });
    for (const document of documents) await publishDocument(command, { ...document, productId: row.id });
  }
  return ids;
}

async function seedSections(core: Core, now: number): Promise<void> {
  const rows = demoSections(now);
  const announced = (row: (typeof rows)[number]) => parseExchangeTime(String(row.DATA_TIMESTAMP)) ?? now;
  const happenings = [
    ...rows.map((row) => ({
      atMs: announced(row),
      act: async (command: Command) => {
        const { rejected } = await sections.importBidSections(command, DEMO_SOURCE, [{ ...row }]);
        invariant(
          rejected.length === 0,
          `the demonstration's section is taken in: ${JSON.stringify(rejected)}`,
        );
      },
    })),
    ...demoSectionEvents(rows, now).map((event) => ({
      atMs: event.atMs,
      act: (command: Command) => happen(command, event),
    })),
  ].sort((a, b) => a.atMs - b.atMs);
  for (const { atMs, act } of happenings) await as(core, centre, atMs, act);
}

/** What the demonstration's bidder keeps an eye on, so that 我的项目 is not empty: what falls due soonest. */
async function seedProjects(core: Core, now: number, mobile: string): Promise<void> {
  const [bidder] = await as(core, system, now, (command) =>
    command.db.select().from(users).where(eq(users.mobile, mobile)),
  );
  invariant(bidder, 'the demonstration has a bidder');
  const { id, role, enterpriseId, insurerId } = bidder;
  const actor: Actor = { kind: 'USER', id, role, enterpriseId, insurerId, tokenHash: '', mustEnrol: false };
  await as(core, actor, now, async (command) => {
    const page = { first: 3, after: null };
    const soonest = await listSections(command.db, { state: 'ANNOUNCED' }, 'DEADLINE', page, now);
    for (const { node } of soonest.edges) await saveBidSection(command, { sectionId: node.id });
  });
}

async function happen(command: Command, event: DemoSectionEvent): Promise<void> {
  const section = await sectionByCode(command.db, event.code);
  invariant(section, 'what happens to a section comes after its announcement');
  const { id } = section;
  switch (event.event) {
    case 'OPEN':
      await sections.openBidSection(command, { id, openedAt: event.openedAtMs });
      return;
    case 'AWARD':
      await sections.awardBidSection(command, {
        id,
        winnerName: event.winnerName,
        winnerCreditCode: event.winnerCreditCode,
        amount: event.amountFen,
      });
      return;
    case 'FAIL':
      await sections.failBidSection(command, { id, reason: event.reason });
      return;
    case 'SUSPEND':
      await sections.suspendBidSection(command, { id, reason: event.reason });
      return;
    case 'POSTPONE':
      await sections.postponeBidSection(command, {
        id,
        reason: event.reason,
        deadlineAt: event.deadlineAtMs,
        openAt: event.openAtMs,
      });
      return;
  }
}

async function seedAccounts(command: Command, insurerIds: ReadonlyMap<string, string>) {
  const [firstInsurer] = insurerIds.values();
  invariant(firstInsurer, 'the demonstration has insurers');

  const account = async (
    mobile: string,
    role: Role,
    name: string,
    insurerId: string | null = null,
  ): Promise<DemoAccount> => {
    const password = newId('p').slice(2, 18);
    await command.db.insert(users).values({
      id: newId('usr'),
      mobile,
      passwordHash: await hashPassword(password),
      role,
      name,
      insurerId,
      createdAt: command.now,
    });
    return { mobile, password };
  };
  const client = async (name: string, scopes: ApiScope[], insurerId: string | null) => {
    const id = newId('api');
    await command.db.insert(apiClients).values({ id, name, scopes, insurerId, createdAt: command.now });
    return { id, secret: await addApiSecret(command.db, id, command.now) };
  };
  const insurerScopes: ApiScope[] = [
    'underwriting:write',
    'payments:write',
    'invoices:write',
    'policies:read',
  ];

  const accounts: DemoAccounts = {
    operator: await account('19900000001', 'OPERATOR', '演示运营一'),
    operator2: await account('19900000002', 'OPERATOR', '演示运营二'),
    underwriter: await account('19900000003', 'UNDERWRITER', '演示核保', firstInsurer),
    regulator: await account('19900000004', 'REGULATOR', '演示监管'),
    bidder: await account('19900000005', 'BIDDER', '演示经办'),
    apiClients: {
      centre: await client('交易中心系统（演示）', ['sections:write', 'deposits:read'], null),
      insurer: await client('保险公司系统（演示）', insurerScopes, firstInsurer),
      bank: await client('银行系统（演示）', ['payments:write'], null),
    },
  };
  const insurerKeys: { name: string; secret: string }[] = [];
  for (const insurer of demoInsurers) {
    const insurerId = insurerIds.get(insurer.key);
    invariant(insurerId, 'every insurer was saved');
    const { secret } = await client(`沙箱保险公司 ${insurer.shortName}`, insurerScopes, insurerId);
    insurerKeys.push({ name: insurer.name, secret });
  }
  return { accounts, insurerKeys };
}

/** The bidder's company, certified as every other: papers, an operator's approval, a profile. Its licence is a specimen. */
async function seedEnterprise(
  core: Core,
  { accounts }: { accounts: DemoAccounts },
  now: number,
): Promise<void> {
  const [contractor] = demoContractors;
  invariant(contractor, 'the demonstration has contractors');
  const bidder = await personOf(core, accounts.bidder, now);
  const upload = await receiveUpload(core, bidder, noRequest, {
    purpose: 'LICENSE',
    bytes: await readFile(new URL('./license.png', import.meta.url)),
    contentType: 'image/png',
    fileName: '营业执照样张（演示）.png',
  });
  const { id } = await as(core, bidder, now, (command) =>
    enterprise.submitCertification(command, {
      name: contractor.name,
      creditCode: contractor.code,
      // The number that everybody prints as an example; its region was dissolved.
      legalRepresentative: { name: '赵演示', idType: 'RESIDENT_ID', idNumber: '11010519491231002X' },
      licenseUploadId: upload.id,
    }),
  );
  const operator = await personOf(core, accounts.operator, now);
  await as(core, operator, now, (command) => enterprise.approveCertification(command, { id }));
  const owner = await personOf(core, accounts.bidder, now);
  await as(core, owner, now, (command) =>
    enterprise.completeProfile(command, {
      ownership: 'PRIVATE',
      regionCode: '210502',
      address: '平山区演示路 1 号（演示）',
    }),
  );
}

/** A person of the demonstration as an actor, with no session. */
const personOf = (core: Core, { mobile }: DemoAccount, now: number): Promise<Actor> =>
  as(core, system, now, async ({ db }) => {
    const [row] = await db.select().from(users).where(eq(users.mobile, mobile));
    invariant(row, 'the accounts were made');
    const { id, role, enterpriseId, insurerId } = row;
    return { kind: 'USER', id, role, enterpriseId, insurerId, tokenHash: '', mustEnrol: false };
  });
