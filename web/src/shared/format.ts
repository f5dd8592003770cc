const zone = 'Asia/Shanghai';

const dateTimeParts = new Intl.DateTimeFormat('en-CA', {
  timeZone: zone,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** "1000000.00" → "1,000,000.00". Works on the string: an amount is never a binary fraction. */
export function formatMoney(yuan: string): string {
  const [whole = '0', fraction = '00'] = yuan.split('.');
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')}.${fraction.padEnd(2, '0')}`;
}

/** "480.00" − "280.00" → "200.00", exactly. Amounts as `Money` travels, the result at least 0. */
export function subtractMoney(from: string, yuan: string): string {
  const fen = (amount: string) => BigInt(amount.replace('.', ''));
  const left = fen(from) - fen(yuan);
  const digits = (left > 0n ? left : 0n).toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** "0.04" → "4.00%"; digits beyond the second are kept ("0.00125" → "0.125%"). */
export function formatRate(rate: string): string {
  const [whole = '0', fraction = ''] = rate.split('.');
  const digits = fraction.padEnd(4, '0');
  const percentWhole = `${whole}${digits.slice(0, 2)}`.replace(/^0+(?=\d)/, '');
  const percentFraction = digits.slice(2).replace(/0+$/, '').padEnd(2, '0');
  return `${percentWhole}.${percentFraction}%`;
}

/** An instant as the wall clock in Shanghai shows it: "2026-11-24 09:00", with seconds on request. */
export function formatDateTime(instant: string, precision: 'day' | 'minute' | 'second' = 'minute'): string {
  const part = Object.fromEntries(
    dateTimeParts.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]),
  );
  const day = `${part.year}-${part.month}-${part.day}`;
  if (precision === 'day') return day;
  const minute = `${day} ${part.hour}:${part.minute}`;
  return precision === 'minute' ? minute : `${minute}:${part.second}`;
}

/** "2026-11-24" → "2026年11月24日". */
export function formatDate(date: string): string {
  const [year, month, day] = date.split('-');
  return `${year}年${Number(month)}月${Number(day)}日`;
}

/** Time left in words, largest two units: "2 天 3 小时", "4 分 05 秒"; "" once it has passed. */
export function formatTimeLeft(leftMs: number): string {
  if (leftMs <= 0) return '';
  const seconds = Math.floor(leftMs / 1000);
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (days > 0) return `${days} 天 ${hours} 小时`;
  if (hours > 0) return `${hours} 小时 ${minutes} 分`;
  return `${minutes} 分 ${String(seconds % 60).padStart(2, '0')} 秒`;
}

/** 1536 → "1.5 KB", for people. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** "13800138000" → "138****8000". */
export function maskMobile(mobile: string): string {
  return mobile.replace(/^(\d{3})\d{4}(\d{4})$/, '$1****$2');
}
