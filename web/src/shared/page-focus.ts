import { nextTick } from 'vue';

let wanted = false;

/** After a navigation: the page's h1 gets the focus, at once or as soon as `PageHeading` draws it. */
export async function requestPageFocus(): Promise<void> {
  wanted = true;
  await nextTick();
  const heading = document.querySelector<HTMLElement>('main h1');
  if (heading) takePageFocus(heading);
}

/** Gives `heading` the focus if a navigation is waiting for one. */
export function takePageFocus(heading: HTMLElement): void {
  if (!wanted) return;
  wanted = false;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
