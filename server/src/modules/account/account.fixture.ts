import { desc, eq } from 'drizzle-orm';
import type { Person } from '../../../test/support/given.ts';
import type { Harness } from '../../../test/support/harness.ts';
import { outbox } from '../../db/tables/ledger.ts';
import type { SmsPurpose } from '../../db/vocabulary.ts';

export const goodPassword = '秋天的红叶 2026';

const refusal =
  '... on Error { code message retryable } ... on RateLimited { retryAfterSeconds } ... on InvalidInput { issues { path message } }';

const documents = {
  requestSmsCode: `mutation($input: RequestSmsCodeInput!) { result: requestSmsCode(input: $input) { __typename ${refusal} ... on SmsCodeRequest { mobile resendAfterSeconds expiresAt } } }`,
  register: `mutation($input: RegisterInput!) { result: register(input: $input) { __typename ${refusal} ... on Session { expiresAt viewer { kind readiness user { id mobile role } } } } }`,
  signIn: `mutation($input: SignInInput!) { result: signIn(input: $input) { __typename ${refusal} ... on Session { expiresAt viewer { kind user { id mobile role } } } } }`,
  signOut: `mutation($input: SignOutInput!) { result: signOut(input: $input) { __typename ${refusal} ... on Done { ok } } }`,
  resetPassword: `mutation($input: ResetPasswordInput!) { result: resetPassword(input: $input) { __typename ${refusal} ... on Done { ok } } }`,
  revokeSession: `mutation($input: IdInput!) { result: revokeSession(input: $input) { __typename ${refusal} ... on User { id sessions { id isCurrent } } } }`,
  changePassword: `mutation($input: ChangePasswordInput!) { result: changePassword(input: $input) { __typename ${refusal} ... on Session { expiresAt viewer { kind user { id mobile role } } } } }`,
  changeMobile: `mutation($input: ChangeMobileInput!) { result: changeMobile(input: $input) { __typename ${refusal} ... on Session { expiresAt viewer { kind user { id mobile role } } } } }`,
  createStaffUser: `mutation($input: CreateStaffUserInput!) { result: createStaffUser(input: $input) { __typename ${refusal} ... on User { id mobile role name suspendedAt } } }`,
  reinstateUser: `mutation($input: IdInput!) { result: reinstateUser(input: $input) { __typename ${refusal} ... on User { id suspendedAt } } }`,
  startSecondFactor: `mutation($input: StartSecondFactorInput!) { result: startSecondFactor(input: $input) { __typename ${refusal} ... on SecondFactorStart { secret uri expiresAt } } }`,
  confirmSecondFactor: `mutation($input: SecondFactorCodeInput!) { result: confirmSecondFactor(input: $input) { __typename ${refusal} ... on SecondFactorEnabled { recoveryCodes session { expiresAt viewer { secondFactor user { id role } } } } } }`,
  removeSecondFactor: `mutation($input: SecondFactorCodeInput!) { result: removeSecondFactor(input: $input) { __typename ${refusal} ... on Session { viewer { secondFactor user { id role } } } } }`,
  resetSecondFactor: `mutation($input: ResetSecondFactorInput!) { result: resetSecondFactor(input: $input) { __typename ${refusal} ... on User { id secondFactorEnabledAt } } }`,
  suspendUser: `mutation($input: IdInput!) { result: suspendUser(input: $input) { __typename ${refusal} ... on User { id suspendedAt } } }`,
  createApiClient: `mutation($input: CreateApiClientInput!) { result: createApiClient(input: $input) { __typename ${refusal} ... on ApiClientSecret { secret apiClient { id name scopes revokedAt } } } }`,
  rotateApiClientSecret: `mutation($input: IdInput!) { result: rotateApiClientSecret(input: $input) { __typename ${refusal} ... on ApiClientSecret { secret apiClient { id } } } }`,
  revokeApiClient: `mutation($input: IdInput!) { result: revokeApiClient(input: $input) { __typename ${refusal} ... on ApiClient { id revokedAt } } }`,
};

/** Sends the account's mutations as somebody, from an address. */
export function accountOf(
  h: Harness,
  who: Person | null = null,
  address = '203.0.113.7',
  headers: Record<string, string> = {},
) {
  return async (name: keyof typeof documents, input: Record<string, unknown>) => {
    const answer = await h.as(who)(documents[name], { input }, { 'x-forwarded-for': address, ...headers });
    return { ...answer, result: answer.data?.result };
  };
}

/** Text of the newest message to a number that was not sent yet. */
export async function lastMessage(h: Harness, mobile: string): Promise<string> {
  const rows = await h.app.core.database.reader
    .select({ payload: outbox.payload })
    .from(outbox)
    .where(eq(outbox.topic, 'sms'))
    .orderBy(desc(outbox.createdAt));
  return String(rows.find((row) => row.payload.mobile === mobile)?.payload.text ?? '');
}

/** Asks for a code and reads it off the message. */
export async function codeFor(
  h: Harness,
  mobile: string,
  purpose: SmsPurpose,
  address?: string,
): Promise<string> {
  const { result } = await accountOf(
    h,
    null,
    address,
  )('requestSmsCode', { mobile, purpose, captcha: 'sandbox' });
  if (result?.__typename !== 'SmsCodeRequest') throw new Error(`No code was sent: ${JSON.stringify(result)}`);
  return /\d{6}/.exec(await lastMessage(h, mobile))?.[0] ?? '';
}

/** Registers a bidder through the API. The platform's documents have to be published. */
export async function registered(h: Harness, mobile: string, password = goodPassword): Promise<Person> {
  const smsCode = await codeFor(h, mobile, 'REGISTER');
  const { result, headers } = await accountOf(h)('register', {
    mobile,
    smsCode,
    password,
    agreementVersion: '1',
  });
  return personOf(result, headers);
}

/** Who the answer of a sign-in belongs to. */
// biome-ignore lint/suspicious/noExplicitAny: an answer as it came
export function personOf(result: any, headers: Headers): Person {
  if (result?.__typename !== 'Session') throw new Error(`Nobody signed in: ${JSON.stringify(result)}`);
  return {
    kind: 'USER',
    id: result.viewer.user.id,
    enterpriseId: null,
    insurerId: null,
    headers: { cookie: cookieOf(headers) },
  };
}

/** Who the server takes somebody for. */
export async function viewerOf(h: Harness, who: Person | null) {
  const { data } = await h.as(who)(
    '{ viewer { kind readiness user { id mobile role } apiClient { id name } } }',
  );
  return data.viewer;
}

/** What a browser sends back after an answer: of each cookie the newest. */
export function cookieOf(headers: Headers): string {
  const set = headers.getSetCookie().map((text) => text.split(';')[0] ?? '');
  const newest = (name: string) => set.findLast((text) => text.startsWith(`${name}=`));
  return [newest('__Host-session'), newest('__Host-device')].filter(Boolean).join('; ');
}
