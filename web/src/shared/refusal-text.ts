/** Every code a refusal or an access error can carry. The contract of the API names them. */
export type RefusalCode =
  | 'INVALID_INPUT'
  | 'NOT_FOUND'
  | 'NOT_CERTIFIED'
  | 'PROFILE_INCOMPLETE'
  | 'DEADLINE_PASSED'
  | 'SECTION_CLOSED'
  | 'DUPLICATE_ORDER'
  | 'BATCH_REFUSED'
  | 'CONSENT_MISSING'
  | 'TRANSITION_REFUSED'
  | 'STALE_STATE'
  | 'DRAFT_CHANGED'
  | 'QUOTE_EXPIRED'
  | 'PREMIUM_CHANGED'
  | 'SECOND_UNDERWRITER_NEEDED'
  | 'PAYER_MISMATCH'
  | 'AMOUNT_MISMATCH'
  | 'TRANSACTION_USED'
  | 'TITLE_LOCKED'
  | 'NOT_OPENED'
  | 'SURRENDER_NOT_ALLOWED'
  | 'SEAL_UNTRUSTED'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'RATE_LIMITED'
  | 'SMS_CODE_WRONG'
  | 'SMS_CODE_EXPIRED'
  | 'CAPTCHA_FAILED'
  | 'CREDENTIALS_WRONG'
  | 'ACCOUNT_LOCKED'
  | 'CAPTCHA_NEEDED'
  | 'SECOND_FACTOR_NEEDED'
  | 'SECOND_FACTOR_WRONG'
  | 'SECOND_FACTOR_REQUIRED'
  | 'MOBILE_TAKEN'
  | 'ENTERPRISE_TAKEN'
  | 'NOT_OWNER'
  | 'ALREADY_MEMBER'
  | 'UPLOAD_REFUSED'
  | 'CAP_EXCEEDED'
  | 'EXPORT_TOO_LARGE'
  | 'STORAGE_FULL'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN';

/** The part of a refusal that its text depends on. */
export interface RefusalContent {
  code: string;
  /** The server's own sentence, shown for a code this client does not know yet. */
  message: string;
  /** Fields of the input that are at fault; the path is within the input, such as `legalRepresentative.idNumber`. */
  issues?: readonly { path: string; message: string }[];
  retryAfterSeconds?: number;
  rule?: string;
  /** Of documents that were not read whole: the server's sentence names them. */
  secondsLeft?: number;
}

/** A code without a text does not compile. */
export const refusalText = {
  INVALID_INPUT: '有内容填写不正确，请按提示修改后重新提交。',
  NOT_FOUND: '记录不存在或无权查看。',
  NOT_CERTIFIED: '企业尚未通过认证，请先完成企业信息认证。',
  PROFILE_INCOMPLETE: '企业基本信息未完善，请先补充企业性质、所在地和地址。',
  DEADLINE_PASSED: '已过保证金缴纳截止时间，不能再办理。',
  SECTION_CLOSED: '该标段目前不受理此项保证金，请查看标段状态。',
  DUPLICATE_ORDER: '本企业在该标段已有办理中的同类订单，请勿重复申请。',
  BATCH_REFUSED: '有标段未通过，本次未作任何更改，请按各标段的提示处理后再试。',
  CONSENT_MISSING: '还有文件未阅读并同意，请阅读后再继续。',
  TRANSITION_REFUSED: '当前状态不能进行此操作，请刷新页面查看最新进展。',
  STALE_STATE: '内容刚刚被更新，请刷新页面后重试。',
  DRAFT_CHANGED: '投保信息已在其他设备或由同事修改，请核对后再保存。',
  QUOTE_EXPIRED: '报价已过有效期，请重新申请。',
  PREMIUM_CHANGED: '保费已变化，请核对最新保费后再确认。',
  SECOND_UNDERWRITER_NEEDED: '该报价由您提交，须由本机构另一位核保人员复核。',
  PAYER_MISMATCH: '付款账户户名与投保企业不一致，请使用本企业账户付款。',
  AMOUNT_MISMATCH: '付款金额与应付金额不一致，请核对后重新提交。',
  TRANSACTION_USED: '该银行流水号已用于其他支付凭证，请核对。',
  TITLE_LOCKED: '发票抬头和纳税人识别号须与认证企业一致，不能修改。',
  NOT_OPENED: '项目开标后方可办理。',
  SEAL_UNTRUSTED: '保单文件没有受信任的电子签章，请用受信任机构签发的证书签章后重新上传。',
  SURRENDER_NOT_ALLOWED: '目前不能退保，请刷新页面查看标段和订单状态。',
  IDEMPOTENCY_KEY_REUSED: '该请求已提交过，请刷新页面查看结果。',
  RATE_LIMITED: '操作过于频繁，请稍后再试。',
  SMS_CODE_WRONG: '短信验证码不正确，请核对后重新输入。',
  SMS_CODE_EXPIRED: '短信验证码已失效，请重新获取。',
  CAPTCHA_FAILED: '人机验证未通过，请重新点击验证。',
  CREDENTIALS_WRONG: '手机号或密码不正确。',
  ACCOUNT_LOCKED: '多次输入错误，账号已暂时锁定，请稍后再试，或通过“忘记密码”重置。',
  CAPTCHA_NEEDED: '多次输入错误，请先完成人机验证，再重新提交。',
  SECOND_FACTOR_NEEDED: '该账号已启用两步验证，请输入身份验证器中的动态码。',
  SECOND_FACTOR_WRONG: '动态码不正确或已使用，请等待身份验证器显示新的动态码后重试。',
  SECOND_FACTOR_REQUIRED: '请先启用两步验证，再进行其他操作。',
  MOBILE_TAKEN: '该手机号已注册，请直接登录。',
  ENTERPRISE_TAKEN: '该统一社会信用代码已被其他账号认证，如有疑问请联系客服。',
  NOT_OWNER: '仅企业管理员可进行该操作，请联系本企业管理员。',
  ALREADY_MEMBER: '您已属于一家企业，不能再加入其他企业，也无需再次认证。',
  UPLOAD_REFUSED: '文件未能通过检查，请更换文件后重新上传。',
  CAP_EXCEEDED: '金额超过规定上限。',
  EXPORT_TOO_LARGE: '符合条件的记录太多，请用日期、状态等条件缩小范围后分次导出。',
  STORAGE_FULL: '系统存储空间不足，暂时无法保存，请稍后再试。',
  UNAUTHENTICATED: '登录已失效，请重新登录。',
  FORBIDDEN: '当前账号没有此操作的权限。',
} as const satisfies Record<RefusalCode, string>;

/** The sentence a person reads for a refusal: ours by code, the server's where we have none. */
export function textOfRefusal(refusal: RefusalContent): string {
  if (refusal.code === 'RATE_LIMITED' && refusal.retryAfterSeconds) {
    return `操作过于频繁，请在 ${waitText(refusal.retryAfterSeconds)}后再试。`;
  }
  if (refusal.secondsLeft !== undefined || refusal.code === 'SURRENDER_NOT_ALLOWED') return refusal.message;
  if (refusal.code === 'CAP_EXCEEDED' && refusal.rule) return `金额超过规定上限：${refusal.rule}`;
  return (refusalText as Record<string, string>)[refusal.code] ?? refusal.message;
}

/** The message for one field of a refused input, or '' (what el-form-item takes for “no error”). */
export function issueAt(refusal: RefusalContent | null, path: string): string {
  return refusal?.issues?.find((issue) => issue.path === path)?.message ?? '';
}

function waitText(seconds: number): string {
  if (seconds < 60) return ` ${seconds} 秒`.trim();
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} 分钟`;
  return `${Math.ceil(seconds / 3600)} 小时`;
}
