import { Refusal } from '../../kernel/refusal.ts';

/** The file is not taken: its kind, its size, its content, or because it is not the caller's to use. */
export class UploadRefused extends Refusal {
  readonly code = 'UPLOAD_REFUSED';
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}
