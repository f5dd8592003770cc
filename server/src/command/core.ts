import type { Cipher } from '../access/cipher.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/open.ts';
import type { SalesPages } from '../evidence/sales-pages.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../log.ts';
import type { Paper } from '../paper/paper.ts';
import type { SealPort } from '../ports/seal/port.ts';
import type { SmsPort } from '../ports/sms/port.ts';
import type { StoragePort } from '../ports/storage/port.ts';
import type { News } from './news.ts';

/** All that a running service consists of, made once by `app.ts` and handed to whoever needs it. */
export interface Core {
  readonly config: Config;
  readonly clock: Clock;
  readonly database: Database;
  readonly cipher: Cipher;
  readonly news: News;
  readonly log: Log;
  readonly storage: StoragePort;
  readonly sms: SmsPort;
  readonly seal: SealPort;
  readonly paper: Paper;
  readonly salesPages: SalesPages;
}

/** What is known of the request behind an act: kept with its event as evidence. */
export interface RequestFacts {
  readonly requestId: string;
  readonly address: string;
  readonly agent: string;
}

/** Acts of the clock have no request. */
export const noRequest: RequestFacts = { requestId: '', address: '', agent: '' };
