import { useRoute, useRouter } from 'vue-router';

/** Reads and writes a list's filters in the address, so that reloading and going back keep them. */
export function useListQuery() {
  const route = useRoute();
  const router = useRouter();
  return {
    /** The value of `name` if it is one of `allowed`, otherwise ''. */
    choice: <T extends string>(name: string, allowed: Readonly<Record<T, string>>): T | '' => {
      const value = route.query[name];
      return typeof value === 'string' && Object.hasOwn(allowed, value) ? (value as T) : '';
    },
    text: (name: string): string => {
      const value = route.query[name];
      return typeof value === 'string' ? value.slice(0, 64) : '';
    },
    /** A day of the calendar, `YYYY-MM-DD`, or ''. */
    day: (name: string): string => {
      const value = route.query[name];
      return typeof value === 'string' && isDay(value) ? value : '';
    },
    set: (name: string, value: string): void => {
      // Another list begins with its first page.
      const { [name]: _, page: _page, after: _after, ...others } = route.query;
      void router.replace({ query: value ? { ...others, [name]: value } : others });
    },
  };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const instant = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
}
