import { Refusal } from '../../kernel/refusal.ts';

/** The money has to come from an account of the applicant itself. */
export class PayerMismatch extends Refusal {
  readonly code = 'PAYER_MISMATCH';
  constructor(
    message = '付款户名与认证企业名称不一致。款项须由投保企业本企业账户转出，请核对付款户名后重新提交。',
  ) {
    super(message);
  }
}

/** The amount has to be right to the fen. */
export class AmountMismatch extends Refusal {
  readonly code = 'AMOUNT_MISMATCH';
  constructor() {
    super('付款金额与应付金额不一致。须按应付金额一次足额转账，请核对后重新提交。');
  }
}

/** A bank's serial number stands for one transfer, and that pays one order. */
export class TransactionUsed extends Refusal {
  readonly code = 'TRANSACTION_USED';
  constructor() {
    super('该银行流水号已用于其他支付凭证，请核对流水号后重新提交。');
  }
}
