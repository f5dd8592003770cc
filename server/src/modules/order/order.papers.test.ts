import { pdf as openPages } from 'pdf-to-img';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { readyOrder, SAVE, SUBMIT, sceneOf } from './order.fixture.ts';

interface Paper {
  readonly kind: string;
  readonly productId: string;
  readonly contentSha256: string;
  readonly final: boolean;
  readonly url: string;
}
const papersOf = async (h: Harness, who: Person, id: string): Promise<Paper[] | undefined> => {
  const fields = 'papers { kind productId contentSha256 final url }';
  const { data } = await h.as(who)(`query ($id: ID!) { order(id: $id) { ${fields} } }`, { id });
  return data.order?.papers;
};
const fileOf = async (h: Harness, who: Person, url: string) => {
  const response = await h.fetch(who, url);
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
};
const firstPage = async (bytes: Buffer): Promise<Buffer> => {
  for await (const page of await openPages(bytes, { scale: 1.2 })) return page;
  throw new Error('The paper has no page.');
};
/** Share of pixels darker than a limit. */
const inkOf = async (png: Buffer, limit: number): Promise<number> => {
  const pixels = await sharp(png).greyscale().raw().toBuffer();
  return pixels.reduce((dark, value) => dark + (value < limit ? 1 : 0), 0) / pixels.length;
};

test('what is submitted is what was previewed, for each insurer, and stays so', async () => {
  const h = await createHarness();
  const scene = await sceneOf(h, { insurers: 2 });
  const orderId = await readyOrder(scene);
  const before = (await papersOf(h, scene.bidder, orderId)) ?? [];
  expect(before.map(({ kind, final }) => [kind, final])).toEqual([
    ['APPLICATION_FORM', false],
    ['COUNTER_GUARANTEE', false],
    ['APPLICATION_FORM', false],
    ['COUNTER_GUARANTEE', false],
  ]);
  const [paper] = before as [Paper, ...Paper[]];
  const preview = await fileOf(h, scene.bidder, paper.url);
  expect(preview.status).toBe(200);
  // What is typed is on the paper at once.
  await scene.ask(SAVE, { input: { orderId, application: { handler: { name: '赵演示' } } } });
  const typed = (await papersOf(h, scene.bidder, orderId)) ?? [];
  expect(typed[0]?.contentSha256).not.toBe(paper.contentSha256);

  // Before the submission an insurer knows of nothing.
  const underwriters = await Promise.all(scene.insurers.map(({ id }) => h.given.underwriter(id)));
  for (const who of underwriters) {
    expect(await papersOf(h, who, orderId)).toBeUndefined();
    expect((await fileOf(h, who, paper.url)).status).toBe(404);
  }

  await scene.ask(SUBMIT, { input: { orderId } });
  const after = (await papersOf(h, scene.bidder, orderId)) ?? [];
  expect(after).toEqual(typed.map((one) => ({ ...one, final: true })));
  const final = await fileOf(h, scene.bidder, paper.url);
  const again = await fileOf(h, scene.bidder, paper.url);
  expect(final.bytes.equals(again.bytes)).toBe(true);
  expect(final.bytes.equals(preview.bytes)).toBe(false);

  // Both are full of text, in glyphs that are there: an empty or boxed page has another share of ink.
  for (const { bytes } of [preview, final]) {
    const png = await firstPage(bytes);
    expect(await inkOf(png, 128)).toBeGreaterThan(0.02);
    expect(await inkOf(png, 128)).toBeLessThan(0.12);
  }

  // Each insurer is handed its own; who only watches, and everybody else, finds nothing there.
  for (const [i, who] of underwriters.entries()) {
    const own = (await papersOf(h, who, orderId)) ?? [];
    expect(new Set(own.map(({ productId }) => productId))).toEqual(new Set([scene.products[i]?.id]));
    for (const { url, productId } of after) {
      const { status } = await fileOf(h, who, url);
      expect(status).toBe(productId === scene.products[i]?.id ? 200 : 404);
    }
  }
  const others = [await h.given.bidder(), await h.given.operator(), await h.given.regulator()];
  for (const who of others) {
    expect(await papersOf(h, who, orderId)).toBeUndefined();
    expect((await fileOf(h, who, paper.url)).status).toBe(404);
  }
  await h.given.opened(scene.section.id);
  const [, operator, regulator] = others as [Person, Person, Person];
  expect(await papersOf(h, operator, orderId)).toHaveLength(4);
  expect(await papersOf(h, regulator, orderId)).toEqual([]);
  expect((await fileOf(h, regulator, paper.url)).status).toBe(404);
  expect((await fileOf(h, scene.bidder, paper.url.replace('APPLICATION_FORM', 'SOMETHING'))).status).toBe(
    404,
  );
});
