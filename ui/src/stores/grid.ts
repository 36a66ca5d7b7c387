import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { call } from '@/host'
import type { GridUnit } from '@/wire/GridUnit'
import { type GridTree, gridTree } from './grid-tree'
import { useSession } from './session'

export const useGrid = defineStore('grid', () => {
  const units = ref<GridUnit[]>([])
  const loaded = ref(false)
  const session = useSession()
  const tree = computed<GridTree>(() => gridTree(units.value))

  async function load(): Promise<void> {
    units.value = await call('grid.units', {})
    loaded.value = true
  }

  const inScope = (code: string): boolean => session.scope.some((prefix) => code.startsWith(prefix))
  /** Where picking begins. */
  const roots = computed(() =>
    session.scope.map((code) => tree.value.byCode.get(code) ?? { code, name: code }),
  )

  return { units, loaded, tree, roots, load, inScope }
})
