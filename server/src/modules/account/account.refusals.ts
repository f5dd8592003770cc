import { Refusal } from '../../kernel/refusal.ts';

/** The human check was not passed, has expired, or was used for another request before. */
export class CaptchaFailed extends Refusal {
  readonly code = 'CAPTCHA_FAILED';
  constructor() {
    super('人机验证未通过或已失效，请重新验证。');
  }
}

/** Not the code that was sent, or none was. */
export class SmsCodeWrong extends Refusal {
  readonly code = 'SMS_CODE_WRONG';
  constructor() {
    super('短信验证码不正确，请核对后重新输入。');
  }
}

/** The code was used, is too old, was replaced by a newer one, or was guessed at too often. */
export class SmsCodeExpired extends Refusal {
  readonly code = 'SMS_CODE_EXPIRED';
  constructor() {
    super('短信验证码已失效，请重新获取。');
  }
}

/** Told only to who has shown that the number is theirs. */
export class MobileTaken extends Refusal {
  readonly code = 'MOBILE_TAKEN';
  constructor() {
    super('该手机号已注册，请直接登录。');
  }
}

/** One text for an unknown number, a wrong password and a suspended account. */
export class CredentialsWrong extends Refusal {
  readonly code = 'CREDENTIALS_WRONG';
  constructor() {
    super('手机号或密码不正确。');
  }
}

/**
 * Too many failures for this number, whoever made them; the right password does not help either until the window
 * ends.
 */
export class AccountLocked extends Refusal {
  readonly code = 'ACCOUNT_LOCKED';
  override readonly retryable = true;
  constructor() {
    super('多次输入错误，已暂时锁定。请稍后再试，或用短信验证码登录、重置密码。');
  }
}

/** So many failures that the next attempt has to bring a human check. */
export class CaptchaNeeded extends Refusal {
  readonly code = 'CAPTCHA_NEEDED';
  constructor() {
    super('多次输入错误，请先完成人机验证。');
  }
}

/** The password or the code by SMS was right, and a code of the authenticator is asked for as well. */
export class SecondFactorNeeded extends Refusal {
  readonly code = 'SECOND_FACTOR_NEEDED';
  constructor() {
    super('该账号已启用两步验证，请输入身份验证器中的 6 位动态码。');
  }
}

/** Not the code of the authenticator, or one that was used before. */
export class SecondFactorWrong extends Refusal {
  readonly code = 'SECOND_FACTOR_WRONG';
  constructor() {
    super('动态码不正确或已使用，请等待身份验证器显示新的动态码后重试。');
  }
}
