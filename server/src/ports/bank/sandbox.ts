import { randomUUID } from 'node:crypto';
import { formatInstant, shanghaiDay } from '../../kernel/clock.ts';
import { formatYuan } from '../../kernel/money.ts';

/**
 * The bank of the sandbox. It writes statements as a bank exports them and sends them as a bank sends them: by the public API, with
 * a key. No money moves, and every statement says so.
 */

/** Money on its way to an account that the bank keeps. */
export interface SandboxTransfer {
  readonly receivingAccount: string;
  readonly amountFen: number;
  readonly payerName: string;
  readonly payerAccount: string;
  readonly remark: string;
  readonly transactionNumber: string;
}

export interface SandboxStatement {
  readonly accountNumber: string;
  /** CSV with the columns of a common export. */
  readonly text: string;
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** A statement for each account that money came in on. */
export function sandboxStatements(transfers: readonly SandboxTransfer[], now: number): SandboxStatement[] {
  const byAccount = Map.groupBy(transfers, ({ receivingAccount }) => receivingAccount.replace(/\s/g, ''));
  return [...byAccount].map(([accountNumber, rows]) => ({
    accountNumber,
    text: [
      '沙箱银行对账单（演示，无真实资金）',
      '本方账号,交易日期,交易时间,借方发生额,贷方发生额,对方户名,对方账号,附言,流水号',
      ...rows.map((row) =>
        [
          accountNumber,
          shanghaiDay(now),
          formatInstant(now).slice(11, 19),
          '',
          formatYuan(row.amountFen),
          quoted(row.payerName),
          row.payerAccount,
          quoted(row.remark),
          row.transactionNumber,
        ].join(','),
      ),
      '',
    ].join('\n'),
  }));
}

/** What became of a statement's lines. */
export interface TakenStatement {
  readonly confirmed: number;
  readonly queued: number;
  readonly repeated: number;
}

const IMPORT = `mutation SandboxBank($input: ImportBankStatementInput!) { result: importBankStatement(input: $input) {
  ... on BankStatement { confirmed queued repeated } ... on Error { code message } } }`;
const REQUEST_TIMEOUT_MS = 60_000;

export interface SandboxBankOptions {
  /** Where the platform is: scheme, host, port. */
  readonly origin: string;
  /** Of an API client with `payments:write`. */
  readonly secret: string;
  readonly fetch: (input: string, init: RequestInit) => Promise<Response>;
}

/**
 * Sends a statement to the platform.
 *
 * @throws Error if the platform does not answer, or does not take it; the message says why
 */
export async function sendStatement(
  { origin, secret, fetch }: SandboxBankOptions,
  { text }: SandboxStatement,
): Promise<TakenStatement> {
  const send = async (path: string, contentType: string, body: string) => {
    const response = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: {
        'content-type': contentType,
        authorization: `Bearer ${secret}`,
        'idempotency-key': `sandbox-bank-${randomUUID()}`,
      },
      body,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };
  const uploaded = await send('/uploads?purpose=STATEMENT', 'text/csv', text);
  if (typeof uploaded.answer.id !== 'string')
    throw new Error(`The statement was not taken: ${uploaded.status} ${JSON.stringify(uploaded.answer)}`);
  const variables = { input: { uploadId: uploaded.answer.id } };
  const { answer } = await send('/graphql', 'application/json', JSON.stringify({ query: IMPORT, variables }));
  const result = (answer.data as { result?: (TakenStatement & { code?: string }) | null } | null)?.result;
  if (!result || result.code) throw new Error(`The statement was not read: ${JSON.stringify(answer)}`);
  return result;
}
