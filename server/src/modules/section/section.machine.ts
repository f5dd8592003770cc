import type { Life } from '../../command/fire.ts';
import { bidSections } from '../../db/tables/section.ts';
import { defineMachine } from '../../kernel/machine.ts';

export const sectionMachine = defineMachine({
  name: 'bidSection',
  label: '标段',
  birth: { event: 'ANNOUNCE', state: 'ANNOUNCED' },
  states: {
    ANNOUNCED: { label: '未开标', waitsFor: 'CENTRE' },
    SUSPENDED: { label: '已暂停', waitsFor: 'CENTRE' },
    OPENED: { label: '已开标', waitsFor: 'CENTRE' },
    AWARDED: { label: '已定标' },
    FAILED: { label: '已流标' },
  },
  events: {
    ANNOUNCE: { label: '发布公告', by: ['CENTRE', 'OPERATOR'] },
    REANNOUNCE: { label: '更新公告', by: ['CENTRE', 'OPERATOR'] },
    POSTPONE: { label: '延期', by: ['CENTRE', 'OPERATOR'] },
    SUSPEND: { label: '暂停', by: ['CENTRE', 'OPERATOR'] },
    RESUME: { label: '恢复', by: ['CENTRE', 'OPERATOR'] },
    OPEN: { label: '开标', by: ['CENTRE', 'OPERATOR'] },
    AWARD: { label: '定标', by: ['CENTRE', 'OPERATOR'] },
    FAIL: { label: '流标', by: ['CENTRE', 'OPERATOR'] },
  },
  table: {
    ANNOUNCED: {
      REANNOUNCE: 'ANNOUNCED',
      POSTPONE: 'ANNOUNCED',
      SUSPEND: 'SUSPENDED',
      OPEN: 'OPENED',
      FAIL: 'FAILED',
    },
    SUSPENDED: { REANNOUNCE: 'SUSPENDED', RESUME: 'ANNOUNCED', FAIL: 'FAILED' },
    OPENED: { REANNOUNCE: 'OPENED', AWARD: 'AWARDED', FAIL: 'FAILED' },
    AWARDED: { REANNOUNCE: 'AWARDED', FAIL: 'FAILED' },
    FAILED: {},
  },
});

export const sectionLife: Life<
  typeof bidSections,
  keyof typeof sectionMachine.states,
  keyof typeof sectionMachine.events
> = {
  machine: sectionMachine,
  table: bidSections,
  orderId: () => null,
  insurerId: () => null,
};
