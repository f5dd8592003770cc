import { describe, expect, test } from 'vitest';
import { afterSignIn, detourFor, safeNext } from '../src/navigation.ts';

describe('where a sign-in may lead', () => {
  test.each(['/sections', '/sections?search=a&page=2#top', '/orders/ord_1'])(
    'a path of this site: %s',
    (path) => {
      expect(safeNext(path)).toBe(path);
    },
  );

  test.each([
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '/a\\..\\evil',
    '/.//evil.example',
    '/x/..//evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '/\t/evil.example',
    '\n//evil.example',
    'sections',
    '',
    undefined,
    null,
    ['/sections'],
  ])('nowhere else: %j', (next) => {
    expect(safeNext(next)).toBe('/');
  });
});

describe('what stands between a caller and a page', () => {
  const caller = (readiness: string | null) => ({ readiness });

  test('an open page is open to a stranger', () => {
    expect(detourFor(undefined, null, '/help')).toBeNull();
  });

  test('a stranger signs in first and comes back', () => {
    expect(detourFor('signed-in', null, '/orders/ord_1')).toEqual({
      path: '/sign-in',
      query: { next: '/orders/ord_1' },
    });
  });

  test('somebody not yet certified may see what only needs a sign-in', () => {
    expect(detourFor('signed-in', caller('CERTIFICATION_NEEDED'), '/certification')).toBeNull();
  });

  test.each([
    ['CERTIFICATION_NEEDED', '/certification'],
    ['CERTIFICATION_PENDING', '/certification'],
    ['CERTIFICATION_REJECTED', '/certification'],
    ['PROFILE_NEEDED', '/profile'],
  ])('%s leads to %s', (readiness, path) => {
    expect(detourFor('certified', caller(readiness), '/apply')).toEqual({ path, query: { next: '/apply' } });
  });

  test('a bidder who is ready goes on', () => {
    expect(detourFor('certified', caller('READY'), '/apply')).toBeNull();
  });

  test('a bidder without a wish goes to the sections, staff to the first page', () => {
    expect(afterSignIn(caller('READY'), '/')).toBe('/sections');
    expect(afterSignIn(caller(null), '/')).toBe('/');
  });

  test('staff who need a second factor first go nowhere else', () => {
    const staff = { readiness: null, secondFactor: 'REQUIRED' };
    expect(detourFor('signed-in', staff, '/center')).toBe('/account/security');
    expect(detourFor('signed-in', staff, '/account/security')).toBeNull();
    expect(afterSignIn(staff, '/center')).toBe('/account/security');
    expect(detourFor('signed-in', { ...staff, secondFactor: 'ENABLED' }, '/center')).toBeNull();
  });

  test('a new bidder is certified before the page they wanted', () => {
    expect(afterSignIn(caller('CERTIFICATION_NEEDED'), '/orders')).toEqual({
      path: '/certification',
      query: { next: '/orders' },
    });
  });
});
