import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import sharp from 'sharp';
import { addApiSecret } from '../../src/access/api-key.ts';
import { apiClients, users } from '../../src/db/tables/account.ts';
import { enterprises } from '../../src/db/tables/enterprise.ts';
import type {
  ApiScope,
  DepositKind,
  GuaranteeForm,
  PremiumFormula,
  Role,
  UploadPurpose,
} from '../../src/db/vocabulary.ts';
import { formatInstant } from '../../src/kernel/clock.ts';
import { creditCodeCheckDigit } from '../../src/kernel/credit-code.ts';
import { newId, randomDigits } from '../../src/kernel/id.ts';
import type { DocumentRow, InsurerRow, ProductRow } from '../../src/modules/insurer/insurer.queries.ts';
import { publishDocument, saveInsurer, saveProduct } from '../../src/modules/insurer/insurer.service.ts';
import { type SectionRow, sectionByCode } from '../../src/modules/section/section.queries.ts';
import { importBidSections, openBidSection } from '../../src/modules/section/section.service.ts';
import type { Harness } from './harness.ts';

/** Somebody who can send requests. */
export interface Person {
  readonly kind: 'USER' | 'API_CLIENT';
  readonly id: string;
  readonly enterpriseId: string | null;
  readonly insurerId: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

const dayMs = 86_400_000;

/** A credit code nobody has, with a right check digit. */
export function someCreditCode(): string {
  const body = `91210599${randomDigits(9)}`;
  return body + creditCodeCheckDigit(body);
}

export interface SectionWish {
  readonly code?: string;
  readonly name?: string;
  /** Days from now until deadline and opening. */
  readonly inDays?: number;
  readonly margin?: string;
  readonly tendererName?: string;
  readonly deposits?: { KIND: DepositKind; AMOUNT: string; UNIT: string; DEADLINE?: string }[];
}

/** The facts of a test, put into the database through the service functions. */
export function createGiven(h: Harness) {
  async function user(
    role: Role,
    facts: { enterpriseId?: string | null; insurerId?: string | null } = {},
  ): Promise<Person> {
    const id = newId('usr');
    const enterpriseId = facts.enterpriseId ?? null;
    const insurerId = facts.insurerId ?? null;
    await h.system((command) =>
      command.db.insert(users).values({
        id,
        mobile: `139${randomDigits(8)}`,
        role,
        name: role,
        enterpriseId,
        insurerId,
        createdAt: command.now,
      }),
    );
    const { setCookie } = await h.app.sessions.begin(id, { address: '127.0.0.1', agent: 'test' });
    return { kind: 'USER', id, enterpriseId, insurerId, headers: { cookie: setCookie.split(';')[0] ?? '' } };
  }

  async function enterprise(facts: { name?: string; complete?: boolean } = {}): Promise<string> {
    const id = newId('ent');
    const complete = facts.complete ?? true;
    await h.system((command) =>
      command.db.insert(enterprises).values({
        id,
        name: facts.name ?? `本溪演示建设${randomDigits(6)}有限公司`,
        creditCode: someCreditCode(),
        ownership: complete ? 'PRIVATE' : null,
        regionCode: complete ? '210502' : null,
        address: complete ? '平山区人民路 1 号' : null,
        certifiedAt: command.now,
        createdAt: command.now,
      }),
    );
    return id;
  }

  return {
    user,
    enterprise,
    /** A clerk of a certified enterprise with a complete profile. */
    bidder: async (facts: { name?: string; complete?: boolean } = {}) => {
      const enterpriseId = await enterprise(facts);
      const owner = await user('BIDDER', { enterpriseId });
      await h.system(({ db }) =>
        db.update(enterprises).set({ ownerId: owner.id }).where(eq(enterprises.id, enterpriseId)),
      );
      return owner;
    },
    /** A clerk whose enterprise is not certified. */
    newcomer: () => user('BIDDER'),
    operator: () => user('OPERATOR'),
    regulator: () => user('REGULATOR'),
    underwriter: (insurerId: string) => user('UNDERWRITER', { insurerId }),
    enterpriseOf: async (person: Person) => {
      const [row] = await h.app.core.database.reader
        .select()
        .from(enterprises)
        .where(eq(enterprises.id, person.enterpriseId ?? ''));
      if (!row) throw new Error('The person has no enterprise.');
      return row;
    },
    async apiClient(scopes: ApiScope[], insurerId: string | null = null): Promise<Person> {
      const id = newId('api');
      const token = await h.system(async (command) => {
        await command.db
          .insert(apiClients)
          .values({ id, name: '测试系统', scopes, insurerId, createdAt: command.now });
        return addApiSecret(command.db, id, command.now);
      });
      return {
        kind: 'API_CLIENT',
        id,
        enterpriseId: null,
        insurerId,
        headers: { authorization: `Bearer ${token}` },
      };
    },
    insurer: (
      name = `演示财产保险${randomDigits(6)}股份有限公司`,
      secondUnderwriterAbove: number | null = null,
    ): Promise<InsurerRow> =>
      h.system((command) =>
        saveInsurer(command, {
          name,
          shortName: name.slice(0, 4),
          licenseNumber: '演示-000001',
          hotline: '400-000-0001',
          account: {
            accountName: name,
            bankName: '演示银行本溪分行',
            accountNumber: `0000${randomDigits(12)}`,
          },
          secondUnderwriterAbove,
        }),
      ),
    product: (
      insurerId: string,
      facts: {
        depositKind?: DepositKind;
        form?: GuaranteeForm;
        formula?: PremiumFormula;
        rate?: string | null;
        minimumFen?: number;
        maximumSumFen?: number | null;
      } = {},
    ): Promise<ProductRow> =>
      h.system(async (command) => {
        const depositKind = facts.depositKind ?? 'BID';
        const formula = facts.formula ?? 'PER_CASE';
        const product = await saveProduct(command, {
          insurerId,
          name: `${depositKind} 测试产品`,
          depositKind,
          form: facts.form ?? 'INSURANCE',
          formula,
          rate:
            facts.rate === undefined
              ? formula === 'MANUAL' || formula === 'TIERED'
                ? null
                : '0.004'
              : facts.rate,
          tiers: formula === 'TIERED' ? [{ upTo: null, rate: '0.004' }] : null,
          minimumPremium: facts.minimumFen ?? 20_000,
          maximumSum: facts.maximumSumFen ?? null,
          active: true,
        });
        for (const kind of [
          'POLICY_NOTICE',
          'EXCLUSIONS',
          'APPLICANT_DECLARATION',
          'SPECIAL_TERMS',
          'POLICY_TERMS',
          'APPLICATION_FORM',
          'COUNTER_GUARANTEE',
        ] as const) {
          await publishDocument(command, {
            productId: product.id,
            kind,
            title: kind,
            pages: ['第一页', '第二页'],
          });
        }
        return product;
      }),
    platformDocuments: (): Promise<DocumentRow[]> =>
      h.system(async (command) => {
        const made: DocumentRow[] = [];
        for (const kind of [
          'SERVICE_AGREEMENT',
          'PRIVACY_POLICY',
          'CUSTOMER_NOTICE',
          'BROKERAGE_AGREEMENT',
          'USER_AGREEMENT',
        ] as const) {
          made.push(await publishDocument(command, { kind, title: kind, pages: ['第一页'] }));
        }
        return made;
      }),
    async section(wish: SectionWish = {}): Promise<SectionRow> {
      const code = wish.code ?? `TEST${randomUUID().slice(0, 8)}`;
      const at = (ms: number) => formatInstant(ms).slice(0, 19).replace('T', ' ');
      const deadline = h.now() + (wish.inDays ?? 10) * dayMs;
      const report = await h.system((command) =>
        importBidSections(
          {
            ...command,
            actor: { kind: 'API_CLIENT', id: newId('api'), scopes: ['sections:write'], insurerId: null },
          },
          '测试来源',
          [
            {
              BID_SECTION_CODE: code,
              BID_SECTION_NAME: wish.name ?? '平山区测试道路改造工程（一标段）',
              TENDER_PROJECT_CODE: `P${code}`,
              TENDER_PROJECT_NAME: '平山区测试道路改造工程',
              TENDERER_NAME: wish.tendererName ?? '本溪市平山区测试建设服务中心',
              REGION_CODE: '210502',
              BID_DOC_REFER_END_TIME: at(deadline),
              BID_OPEN_TIME: at(deadline),
              VALID_PERIOD: '90',
              MARGIN_AMOUNT: wish.margin ?? '100000',
              MARGIN_UNIT: '元',
              DATA_TIMESTAMP: at(h.now() - dayMs),
              DEPOSITS: wish.deposits ?? [{ KIND: 'PERFORMANCE', AMOUNT: '1000000', UNIT: '元' }],
            },
          ],
        ),
      );
      const section = await sectionByCode(h.app.core.database.reader, code);
      if (!section) throw new Error(`The section was not imported: ${JSON.stringify(report.rejected)}`);
      return section;
    },
    /** The centre says that the bids are open. */
    opened: (sectionId: string) =>
      h.actAs(
        { kind: 'API_CLIENT', id: newId('api'), scopes: ['sections:write'], insurerId: null },
        (command) => openBidSection(command, { id: sectionId }),
      ),
    /** A file sent by somebody through POST /uploads. */
    async upload(who: Person, purpose: UploadPurpose): Promise<string> {
      const image = await sharp({ create: { width: 32, height: 24, channels: 3, background: '#0f5aa8' } })
        .png()
        .toBuffer();
      const response = await h.fetch(who, `/uploads?purpose=${purpose}`, {
        method: 'POST',
        headers: { 'content-type': 'image/png' },
        body: image as Uint8Array<ArrayBuffer>,
      });
      const answer = (await response.json()) as { id?: string };
      if (!answer.id) throw new Error(`The upload was refused: ${JSON.stringify(answer)}`);
      return answer.id;
    },
  };
}

export type Given = ReturnType<typeof createGiven>;
