import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PermanentFault } from '../../kernel/permanent-fault.ts';
import type { SmsMessage, SmsPort } from './port.ts';

/** What arrived at the other side. */
export interface Arrived {
  readonly id: string;
  readonly mobile: string;
  /** What the person reads, or of it what varies. */
  readonly content: string;
}

/** A port with its counterpart. */
export interface SmsSetting {
  readonly port: SmsPort;
  /** All that arrived and was rightly signed, oldest first; a repetition counts as what it repeats. */
  readonly arrived: () => Promise<readonly Arrived[]>;
}

/** How a counterpart that can be reached by HTTP may behave. */
export interface Behaviour {
  readonly name: string;
  readonly answer: {
    readonly status: number;
    readonly body: string;
    readonly headers?: Record<string, string>;
  };
  readonly permanent: boolean;
}

const codeMessage = (id: string, code = '204816'): SmsMessage => ({
  id,
  mobile: '13900000001',
  text: `【演示】您的验证码为 ${code}，5 分钟内有效。`,
  template: { kind: 'CODE', params: { code } },
});
const awkward = '“引号”与 "quotes" & a=1+2 100% \\ ! * ( ) 😀';
export const noticeMessage = (id: string): SmsMessage => ({
  id,
  mobile: '13900000002',
  text: `【演示】${awkward}`,
  template: { kind: 'NOTICE', params: { content: awkward } },
});

/** What every SMS port does, whatever it speaks. */
export function smsPortConforms(name: string, open: () => Promise<SmsSetting>): void {
  describe(`${name} is an SMS port`, () => {
    let setting: SmsSetting;
    beforeAll(async () => {
      setting = await open();
    });

    test('that carries a code to its number', async () => {
      await setting.port.send(codeMessage('out_code'));
      const message = (await setting.arrived()).find(({ id }) => id === 'out_code');
      expect(message?.mobile).toBe('13900000001');
      expect(message?.content).toContain('204816');
    });

    test('that alters no sign of a text', async () => {
      await setting.port.send(noticeMessage('out_notice'));
      const message = (await setting.arrived()).find(({ id }) => id === 'out_notice');
      expect(message?.content).toContain(awkward);
    });

    test('that names a repetition by the id of the message it repeats', async () => {
      await setting.port.send(codeMessage('out_twice'));
      await setting.port.send(codeMessage('out_twice'));
      expect((await setting.arrived()).filter(({ id }) => id === 'out_twice')).toHaveLength(1);
    });

    test('that sends many at once', async () => {
      const ids = Array.from({ length: 50 }, (_, n) => `out_many_${n}`);
      await Promise.all(ids.map((id) => setting.port.send(codeMessage(id))));
      const arrived = new Set((await setting.arrived()).map(({ id }) => id));
      expect(ids.filter((id) => !arrived.has(id))).toEqual([]);
    });
  });
}

/** A provider on this machine: a real HTTP server that takes only what is rightly signed. */
export interface Provider {
  readonly url: string;
  /** Makes it answer so from now on; null is its right mind, 'SILENT' no answer at all. */
  readonly behave: (behaviour: Behaviour['answer'] | 'SILENT' | null) => void;
  readonly requests: () => number;
  readonly arrived: () => Promise<readonly Arrived[]>;
  readonly close: () => Promise<void>;
}

/** @param read verifies the signature of a request and says what arrived, or null */
export async function openProvider(
  read: (request: IncomingMessage, body: string) => Arrived | null,
  ok: Behaviour['answer'],
  unsigned: Behaviour['answer'],
): Promise<Provider> {
  const arrived = new Map<string, Arrived>();
  let behaviour: Behaviour['answer'] | 'SILENT' | null = null;
  let requests = 0;
  const listener: RequestListener = async (request, response) => {
    requests += 1;
    let body = '';
    for await (const piece of request) body += piece;
    const message = read(request, body);
    if (behaviour === 'SILENT') return;
    if (message && behaviour === null) arrived.set(message.id, message);
    const answer = message ? (behaviour ?? ok) : unsigned;
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body);
  };
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    behave: (next) => {
      behaviour = next;
    },
    requests: () => requests,
    arrived: async () => [...arrived.values()],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a port that speaks HTTP does when the other side will not take a message. */
export function httpSmsPortConforms(
  name: string,
  open: () => Promise<{
    readonly provider: Provider;
    readonly port: SmsPort;
    readonly impatient: SmsPort;
    readonly forged: SmsPort;
  }>,
  behaviours: readonly Behaviour[],
): void {
  smsPortConforms(name, async () => {
    const { provider, port } = await open();
    afterAll(() => provider.close());
    return { port, arrived: provider.arrived };
  });

  describe(`${name} and a provider that does not take it`, () => {
    let setting: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      setting = await open();
    });
    afterAll(() => setting.provider.close());

    const faultOf = async (port: SmsPort): Promise<unknown> => {
      try {
        await port.send(codeMessage('out_fault'));
      } catch (fault) {
        return fault;
      }
      throw new Error('The message was taken.');
    };

    test.each(behaviours)('$name: permanent is $permanent', async ({ answer, permanent }) => {
      setting.provider.behave(answer);
      const fault = await faultOf(setting.port);
      expect(fault).toBeInstanceOf(Error);
      expect(fault instanceof PermanentFault).toBe(permanent);
      expect(String(fault)).not.toMatch(/13900000001|204816/);
      expect(await setting.provider.arrived()).toEqual([]);
    });

    test('a redirect is not followed', async () => {
      const before = setting.provider.requests();
      setting.provider.behave({ status: 307, body: '', headers: { location: setting.provider.url } });
      expect(await faultOf(setting.port)).not.toBeInstanceOf(PermanentFault);
      expect(setting.provider.requests()).toBe(before + 1);
    });

    test('silence ends after the time that is allowed', async () => {
      setting.provider.behave('SILENT');
      expect(await faultOf(setting.impatient)).not.toBeInstanceOf(PermanentFault);
    });

    test('a wrong secret is refused by the provider and tried again later', async () => {
      setting.provider.behave(null);
      expect(await faultOf(setting.forged)).not.toBeInstanceOf(PermanentFault);
      expect(await setting.provider.arrived()).toEqual([]);
    });
  });
}
