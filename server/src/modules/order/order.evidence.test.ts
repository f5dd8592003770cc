import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import type { Actor } from '../../access/actor.ts';
import { rootFrom, treeOf } from '../../evidence/merkle.ts';
import { packageFaults, packed, zipped } from '../../evidence/package.ts';
import { hashOfBytes, type PageFile, pageVersionOf } from '../../evidence/seals.ts';
import { evidenceOf } from './order.evidence.ts';
import { type Scene, sceneOf, submittedOrder, toRead } from './order.fixture.ts';

const operator: Actor = {
  kind: 'USER',
  role: 'OPERATOR',
  id: 'usr_operator',
  enterpriseId: null,
  insurerId: null,
  tokenHash: '',
  mustEnrol: false,
};
let h: Harness;
let scene: Scene;
let orderId: string;
let file: Uint8Array;

/** A client as the build leaves it. */
async function builtClient(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tender-guarantee-client-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files: PageFile[] = [];
  for (const [name, content] of [
    ['assets/page.css', 'p { color: red }'],
    ['assets/page.js', 'document.title = "销售页面"'],
  ] as const) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
    files.push([name, hashOfBytes(Buffer.from(content))]);
  }
  await writeFile(join(folder, 'index.html'), '<p>');
  await writeFile(join(folder, 'sales-pages.json'), JSON.stringify({ version: pageVersionOf(files), files }));
  return folder;
}

async function record(who: Person): Promise<void> {
  const { pageVersion } = await toRead(orderId, scene.ask);
  for (const part of ['1', '2']) {
    const query = new URLSearchParams({ recording: 'one-load', part, pageVersion });
    const answer = await h.fetch(who, `/recordings/${orderId}?${query}`, {
      method: 'POST',
      body: gzipSync(JSON.stringify([{ type: 4, timestamp: Number(part) }])) as Uint8Array<ArrayBuffer>,
    });
    expect(answer.status).toBe(201);
  }
}

beforeEach(async () => {
  h = await createHarness({}, null, await builtClient());
  // Somebody else's events stand before, between and after.
  await submittedOrder(await sceneOf(h));
  scene = await sceneOf(h);
  ({ orderId } = await submittedOrder(scene));
  await record(scene.bidder);
  await h.given.opened(scene.section.id);
  file = (await evidenceOf(h.app.core, operator, orderId)) as Uint8Array;
});

test('a package holds all that proves the sale, and nothing of anybody else’s', async () => {
  const members = unzipSync(file);
  const version = h.app.core.salesPages.version;
  expect(Object.keys(members)).toEqual(
    expect.arrayContaining([
      'acts.json',
      'consents.json',
      'events.json',
      'manifest.json',
      'manifest.sha256',
      'order.json',
      'proof.json',
      'recordings.json',
      'recordings/000001.json.gz',
      'recordings/000002.json.gz',
      `pages/${version}/files.json`,
      `pages/${version}/assets/page.css`,
      `pages/${version}/assets/page.js`,
    ]),
  );
  expect(Object.keys(members).filter((name) => name.startsWith('documents/'))).toHaveLength(9);
  const text = (name: string) => Buffer.from(members[name] as Uint8Array).toString();
  for (const { orderId: of } of JSON.parse(text('events.json'))) expect(of).toBe(orderId);
  expect(packageFaults(file)).toEqual([]);
  const { number } = JSON.parse(text('order.json'));
  expect(await evidenceOf(h.app.core, operator, number)).toEqual(file);
});

test('an order under seal, or that never was submitted, leaves by this door as little as by any other', async () => {
  const sealed = await submittedOrder(await sceneOf(h));
  expect(await evidenceOf(h.app.core, operator, sealed.orderId)).toBeNull();
  expect(await evidenceOf(h.app.core, operator, 'ord_absent')).toBeNull();
});

describe('one altered byte is named', () => {
  test('in every member, the manifest included', () => {
    let offset = 0;
    const members = Object.entries(unzipSync(file)).sort(([a], [b]) => (a < b ? -1 : 1));
    expect(members.length).toBeGreaterThan(20);
    for (const [name, bytes] of members) {
      const start = offset + 30 + Buffer.byteLength(name);
      for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
        const altered = Uint8Array.from(file);
        altered[start + at] = (altered[start + at] as number) ^ 1;
        expect(packageFaults(altered).map(({ member }) => member)).toContain(name);
      }
      offset = start + bytes.length;
    }
  });

  test('anywhere in the file: between the members, in the directory, at the end', () => {
    const step = Math.max(1, Math.floor(file.length / 4000));
    for (let at = 0; at < file.length; at += at > file.length - 3000 ? 1 : step) {
      const altered = Uint8Array.from(file);
      altered[at] = (altered[at] as number) ^ 0x10;
      const faults = packageFaults(altered);
      if (faults.length === 0) throw new Error(`Byte ${at} of ${file.length} was altered unnoticed.`);
    }
    expect(packageFaults(file.subarray(0, -1))).not.toEqual([]);
    expect(packageFaults(Buffer.concat([file, Buffer.from([0])]))).not.toEqual([]);
  });
});

test('who packs it anew, with a manifest that fits, is found by the chain', () => {
  const original = new Map(Object.entries(unzipSync(file)));
  original.delete('manifest.json');
  original.delete('manifest.sha256');
  expect(packed(original)).toEqual(file);
  const forged = (name: string, from: string | RegExp, to: string) => {
    const text = Buffer.from(original.get(name) as Uint8Array).toString();
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    const members = new Map(original).set(name, Buffer.from(changed));
    return packageFaults(packed(members)).map(({ member }) => member);
  };
  const version = h.app.core.salesPages.version;
  const document = [...original.keys()].find((name) => name.startsWith('documents/')) ?? '';
  expect(forged('acts.json', /"receivedAt": (\d)/, '"receivedAt": 9$1')).toEqual(['acts.json']);
  expect(forged('consents.json', '"labelText": "', '"labelText": "不')).toEqual(['consents.json']);
  expect(forged('recordings.json', '"agent": "', '"agent": "x')).toEqual(['recordings.json']);
  expect(forged('events.json', /"at": (\d)/, '"at": 9$1')).toEqual(['events.json']);
  expect(forged(document, '第一页', '第一页，')).toEqual([document]);
  expect(forged('order.json', orderId, 'ord_another')).toContain('order.json');
  expect(forged('proof.json', /"root": "./, '"root": "x')).toContain('proof.json');
  expect(forged(`pages/${version}/assets/page.js`, '销售', '售销')).toEqual([
    `pages/${version}/assets/page.js`,
  ]);

  const without = (name: string) => {
    const members = new Map(original);
    members.delete(name);
    return packageFaults(packed(members));
  };
  expect(without('recordings/000002.json.gz')).toMatchObject([{ member: 'recordings/000002.json.gz' }]);
  const more = new Map(original).set('more.txt', Buffer.from('more'));
  expect(packageFaults(zipped(more.set('manifest.json', Buffer.from('{}'))))).not.toEqual([]);
});

test('the tree shows each of any number of events to be among them, at its own place only', () => {
  for (let size = 1; size <= 18; size += 1) {
    const hashes = Array.from({ length: size }, (_, i) => hashOfBytes(Uint8Array.of(i)));
    const tree = treeOf(hashes);
    for (const [index, hash] of hashes.entries()) {
      expect(rootFrom(hash, index, size, tree.path(index))).toBe(tree.root);
      expect(rootFrom(hashOfBytes(Uint8Array.of(99)), index, size, tree.path(index))).not.toBe(tree.root);
      if (size > 1) expect(rootFrom(hash, (index + 1) % size, size, tree.path(index))).not.toBe(tree.root);
    }
  }
});
