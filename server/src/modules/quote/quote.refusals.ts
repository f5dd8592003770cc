import { formatInstant } from '../../kernel/clock.ts';
import { formatYuanGrouped } from '../../kernel/money.ts';
import { Refusal } from '../../kernel/refusal.ts';

/** The offer held until an instant that has come; that instant itself is too late. */
export class QuoteExpired extends Refusal {
  readonly code = 'QUOTE_EXPIRED';
  /** Milliseconds. */
  readonly expiredAt: number;
  constructor(expiredAt: number) {
    const until = formatInstant(expiredAt).slice(0, 16).replace('T', ' ');
    super(`该报价已于 ${until} 过期，请选择其他报价或重新申请。`);
    this.expiredAt = expiredAt;
  }
}

/** The premium that would be accepted is not the one the bidder saw. */
export class PremiumChanged extends Refusal {
  readonly code = 'PREMIUM_CHANGED';
  /** In fen, as it stands now. */
  readonly premiumFen: number;
  constructor(premiumFen: number) {
    super(`保险公司核定的保费为 ${formatYuanGrouped(premiumFen)} 元，与您所见的不同，请核对后确认。`);
    this.premiumFen = premiumFen;
  }
}

/** Who proposed an offer above the insurer's limit cannot agree to it as well. */
export class SecondUnderwriterNeeded extends Refusal {
  readonly code = 'SECOND_UNDERWRITER_NEEDED';
  constructor() {
    super('该报价由您提交，须由本机构另一位核保人员复核。');
  }
}
