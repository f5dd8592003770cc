import { Refusal } from '../../kernel/refusal.ts';

/** An invoice goes to the policyholder: name and tax number are those of the certified enterprise. */
export class TitleLocked extends Refusal {
  readonly code = 'TITLE_LOCKED';
  constructor() {
    super('发票抬头和纳税人识别号须与认证企业的名称和统一社会信用代码一致，不能开给其他单位。');
  }
}
