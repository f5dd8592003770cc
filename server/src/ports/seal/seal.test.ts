import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeSelfSigned } from './cades.ts';
import { createKeyFolderSeal } from './key-folder.ts';
import type { SealPort } from './port.ts';
import { createSandboxSeal } from './sandbox.ts';

const insurerId = 'ins_1example';
const content = new TextEncoder().encode('人民币捌拾万元整'.repeat(500));
const at = new Date('2026-11-28T08:00:00Z');

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'tender-guarantee-seal-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

const makers: Record<string, () => Promise<SealPort>> = {
  'keys of a folder': async () => {
    const keys = await folder();
    const { pem } = await makeSelfSigned(
      '示例财产保险股份有限公司',
      new Date(at.getTime() - 1000),
      new Date('2036-01-01'),
    );
    await writeFile(join(keys, `${insurerId}.pem`), pem, { mode: 0o600 });
    return createKeyFolderSeal(keys, keys);
  },
  'keys of the sandbox': async () =>
    createSandboxSeal(
      await folder(),
      async () => '示例财产保险股份有限公司',
      () => at.getTime(),
    ),
};

for (const [name, make] of Object.entries(makers)) {
  test(`${name}: a seal holds over the bytes it was made of, and names who made it and when`, async () => {
    const port = await make();
    expect(await port.hasKey(insurerId)).toBe(true);
    const facts = await port.read(await port.sign(insurerId, content, at), content);
    expect(facts).toMatchObject({ holds: true, fault: null, signedAt: at.getTime() });
    expect(facts.chain).toHaveLength(1);
    expect(facts.chain[0]).toMatchObject({ selfSigned: true, signatureHolds: true });
    expect(facts.chain[0]?.subject).toContain('示例财产保险股份有限公司');
  });

  test(`${name}: one byte more, less or other breaks the seal`, async () => {
    const port = await make();
    const cms = await port.sign(insurerId, content, at);
    const other = content.slice();
    other[100] = (other[100] ?? 0) ^ 1;
    for (const altered of [other, content.subarray(1), new Uint8Array([...content, 0])]) {
      expect(await port.read(cms, altered)).toMatchObject({ holds: false, fault: '文件内容与签章不符' });
    }
  });

  test(`${name}: an altered seal holds for nobody else, and none ends the reading`, async () => {
    const port = await make();
    const cms = await port.sign(insurerId, content, at);
    const { chain } = await port.read(cms, content);
    for (let position = 0; position < cms.length; position += 7) {
      const altered = cms.slice();
      altered[position] = (altered[position] ?? 0) ^ 0x55;
      const facts = await port.read(altered, content);
      // Some bytes say nothing, such as the list of digests ahead of the signature that names its own.
      if (facts.holds && facts.chain.every((certificate) => certificate.signatureHolds)) {
        expect(facts).toMatchObject({ signedAt: at.getTime(), chain });
      }
    }
  });
}

test('what is no signature at all does not hold', async () => {
  const port = createKeyFolderSeal(await folder(), await folder());
  for (const rubbish of [new Uint8Array(), new Uint8Array([0x30, 0x80, 0, 0]), content.subarray(0, 50)]) {
    expect(await port.read(rubbish, content)).toMatchObject({
      holds: false,
      fault: '签章数据无法读取',
      chain: [],
    });
  }
});

test('an insurer without a key seals nothing', async () => {
  const port = createKeyFolderSeal(await folder(), await folder());
  expect(await port.hasKey(insurerId)).toBe(false);
  await expect(port.sign(insurerId, content, at)).rejects.toThrow('There is no seal key for ins_1example.');
});

test('a file that holds no key is named, without its content', async () => {
  const keys = await folder();
  await writeFile(join(keys, `${insurerId}.pem`), 'secret rubbish');
  await expect(createKeyFolderSeal(keys, keys).hasKey(insurerId)).rejects.toThrow(
    /ins_1example\.pem is not usable: no PRIVATE KEY/,
  );
});

test('the sandbox keeps one key an insurer, readable by its owner only, also when two documents come at once', async () => {
  const keys = await folder();
  const make = () =>
    createSandboxSeal(
      keys,
      async () => '示例保险',
      () => at.getTime(),
    );
  const [first, second] = await Promise.all(
    [make(), make()].map(async (port) => port.read(await port.sign(insurerId, content, at), content)),
  );
  expect(first?.chain[0]?.serialNumber).toBe(second?.chain[0]?.serialNumber);
  expect((await stat(join(keys, `${insurerId}.pem`))).mode & 0o777).toBe(0o600);
});
