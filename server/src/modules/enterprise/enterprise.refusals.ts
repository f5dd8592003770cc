import { Refusal } from '../../kernel/refusal.ts';

/** Only a certified enterprise may do this. */
export class NotCertified extends Refusal {
  readonly code = 'NOT_CERTIFIED';
  constructor() {
    super('企业尚未通过认证，请先完成企业信息认证。');
  }
}

/** Certified, but kind, region or address are missing. */
export class ProfileIncomplete extends Refusal {
  readonly code = 'PROFILE_INCOMPLETE';
  constructor() {
    super('企业基本信息未完善，请先补充企业性质、所在地和地址。');
  }
}

/** Another account has certified this code. Does not say whose. */
export class EnterpriseTaken extends Refusal {
  readonly code = 'ENTERPRISE_TAKEN';
  constructor() {
    super('该统一社会信用代码已由其他账号认证，如有疑问请联系客服。');
  }
}

/** Only the owner of an enterprise decides who belongs to it. */
export class NotOwner extends Refusal {
  readonly code = 'NOT_OWNER';
  constructor() {
    super('仅企业管理员可进行该操作，请联系本企业管理员。');
  }
}

/** Who accepts belongs to an enterprise already. */
export class AlreadyMember extends Refusal {
  readonly code = 'ALREADY_MEMBER';
  constructor() {
    super('您已属于一家企业，不能再加入其他企业。');
  }
}
