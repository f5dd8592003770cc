import { EXPORT_NOUN } from '../../access/secrecy.ts';
import { labelActs } from '../../graph/timeline.ts';

labelActs(EXPORT_NOUN, { EXPORT: '导出列表' });
