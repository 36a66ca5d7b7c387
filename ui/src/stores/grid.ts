import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { call } from '@/host'
import type { GridUnit } from '@/wire/GridUnit'
import { type GridTree, gridTree, topOf } from './grid-tree'
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

  /** What this replica is for; a replica without a scope is for all that it knows. */
  const scope = computed(() => (session.scope.length > 0 ? session.scope : topOf(tree.value)))
  const inScope = (code: string): boolean => scope.value.some((prefix) => code.startsWith(prefix))
  /** Where picking begins. */
  const roots = computed(() =>
    scope.value.map((code) => tree.value.byCode.get(code) ?? { code, name: code }),
  )

  return { units, loaded, tree, scope, roots, load, inScope }
})
