import { issueAt, type RefusalContent, textOfRefusal } from '../../shared/refusal-text.ts';

/** Refusals that speak of one field although they name none. */
const fieldsByCode: Readonly<Record<string, { path: string; text?: string }>> = {
  CREDENTIALS_WRONG: { path: 'currentPassword', text: '当前密码不正确。' },
  SMS_CODE_WRONG: { path: 'smsCode' },
  SMS_CODE_EXPIRED: { path: 'smsCode' },
  SECOND_FACTOR_WRONG: { path: 'code' },
  MOBILE_TAKEN: { path: 'newMobile', text: '该手机号已用于其他账号，请换一个。' },
};

/** What a refusal says of one field of the account’s forms, or ''. */
export function securityIssueAt(refusal: RefusalContent | null, path: string): string {
  const field = refusal && fieldsByCode[refusal.code];
  if (field?.path === path) return field.text ?? textOfRefusal(refusal as RefusalContent);
  return issueAt(refusal, path);
}

/** The refusal, unless all it has to say stands at the fields already. */
export function beyondFields<R extends RefusalContent>(
  refusal: R | null,
  paths: readonly string[],
): R | null {
  if (!refusal || fieldsByCode[refusal.code]) return null;
  const issues = refusal.issues ?? [];
  return issues.length > 0 && issues.every(({ path }) => paths.includes(path)) ? null : refusal;
}
