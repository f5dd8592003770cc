import { mount } from '@vue/test-utils';
import { beforeEach, expect, test } from 'vitest';
import { defineComponent, h } from 'vue';
import { createRouter, createWebHistory } from 'vue-router';
import { useListQuery } from '../src/features/center/list-query.ts';
import { type UsePagesReturn, usePages } from '../src/features/center/use-pages.ts';

beforeEach(() => window.history.replaceState(null, '', '/'));

/** A list at an address, as a browser that comes there makes it. */
async function listAt(path: string) {
  const router = createRouter({
    history: createWebHistory(),
    routes: [{ path: '/:path(.*)*', component: { render: () => null } }],
  });
  await router.replace(path);
  let pages = null as UsePagesReturn | null;
  let set = null as ReturnType<typeof useListQuery>['set'] | null;
  const List = defineComponent(() => {
    pages = usePages();
    set = useListQuery().set;
    return () => h('p');
  });
  const wrapper = mount(List, { global: { plugins: [router] } });
  if (!pages || !set) throw new Error('The list was not set up.');
  /** Does what changes the address, and waits until it has. */
  const go = (act: () => void) =>
    new Promise<void>((resolve) => {
      const stop = router.afterEach(() => {
        stop();
        resolve();
      });
      act();
    });
  return { router, pages, set, go, leave: () => wrapper.unmount() };
}

const ends = (endCursor: string) => ({ totalCount: 99, pageInfo: { hasNextPage: true, endCursor } });

test('pages stand in the address, lead both ways, and are left by the browser’s own back', async () => {
  const { router, pages, go } = await listAt('/center/orders?state=DRAFT');
  expect([pages.page.value, pages.after.value]).toEqual([1, null]);
  await go(() => pages.turnOn(ends('aa')));
  await go(() => pages.turnOn(ends('bb')));
  expect(router.currentRoute.value.query).toEqual({ state: 'DRAFT', page: '3', after: 'bb' });
  expect(pages.knowsBack.value).toBe(true);
  await go(() => pages.turnBack());
  expect([pages.page.value, pages.after.value]).toEqual([2, 'aa']);
  await go(() => router.back());
  expect([pages.page.value, pages.after.value]).toEqual([3, 'bb']);
  await go(() => pages.turnBack());
  await go(() => pages.turnBack());
  expect(router.currentRoute.value.query).toEqual({ state: 'DRAFT' });
});

test('a reload keeps the page and the way back', async () => {
  const before = await listAt('/center/orders');
  await before.go(() => before.pages.turnOn(ends('aa')));
  await before.go(() => before.pages.turnOn(ends('bb')));
  before.leave();

  const { pages, go } = await listAt(before.router.currentRoute.value.fullPath);
  await go(() => pages.turnBack());
  expect([pages.page.value, pages.after.value]).toEqual([2, 'aa']);
});

test('who comes by a link to a later page goes back to the first', async () => {
  const { router, pages, go } = await listAt('/center/orders?page=4&after=cc');
  expect([pages.page.value, pages.knowsBack.value]).toEqual([4, false]);
  await go(() => pages.turnBack());
  expect(router.currentRoute.value.fullPath).toBe('/center/orders');
});

test('another filter begins with the first page', async () => {
  const { router, set, go } = await listAt('/center/orders?page=4&after=cc');
  await go(() => set('state', 'DRAFT'));
  expect(router.currentRoute.value.query).toEqual({ state: 'DRAFT' });
});
