import { computed } from 'vue';
import { usePlatform } from '../platform/use-platform.ts';
import { depositModuleCode, printedModules } from './modules.ts';

/** The business modules, the deposit service first, from the platform or as printed. */
export function useModules() {
  const { platform, fetching } = usePlatform();
  const modules = computed(() => (platform.value?.modules.length ? platform.value.modules : printedModules));
  return { modules, fetching };
}

/** Where 【立即进入】 leads: this system's sections, or the page that says who serves the module. */
export function moduleLink(code: string): string {
  return code === depositModuleCode ? '/sections' : `/modules/${code.toLowerCase()}`;
}
