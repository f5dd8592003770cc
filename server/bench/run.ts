import { benchBankStatement } from './bank-statement.ts';
import { benchDurableCommands } from './durable-commands.ts';
import { benchPolicyPaper } from './policy-paper.ts';
import { benchSectionList } from './section-list.ts';
import { benchSectionSearch } from './section-search.ts';
import { benchSignInTiming } from './sign-in-timing.ts';

/**
 * Every figure stands beside a floor measured in the same run, turn by turn, since machines are noisy: quote the ratios.
 * `npm run bench`, or `npm run bench -- section-list` for one of them.
 */
const benches = {
  'section-list': benchSectionList,
  'section-search': benchSectionSearch,
  'durable-commands': benchDurableCommands,
  'bank-statement': benchBankStatement,
  'policy-paper': benchPolicyPaper,
  'sign-in-timing': benchSignInTiming,
};

const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length === 0 || wanted.includes(name)) await bench();
}
