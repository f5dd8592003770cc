import { Refusal } from '../../kernel/refusal.ts';
import { limits } from '../../limits.ts';

/** More rows match than one file may hold. */
export class ExportTooLarge extends Refusal {
  readonly code = 'EXPORT_TOO_LARGE';
  constructor(rows: number) {
    super(
      `符合条件的有 ${rows} 条，一次最多导出 ${limits.exportRowsMax} 条。请用日期、状态等条件缩小范围后分次导出。`,
    );
  }
}
