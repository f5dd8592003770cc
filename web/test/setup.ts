import { afterEach, beforeEach, expect, vi } from 'vitest';

// Vue reports a broken template and Element Plus a broken rule on the console only; here they fail the test.
beforeEach(() => {
  for (const method of ['error', 'warn'] as const) {
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => {
      complaints.push(`console.${method}: ${words.map(String).join(' ')}`);
    });
  }
});

const complaints: string[] = [];

afterEach(() => {
  document.body.innerHTML = '';
  window.sessionStorage.clear();
  window.localStorage.clear();
  expect(complaints.splice(0)).toEqual([]);
});
