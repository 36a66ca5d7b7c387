import { useQuasar } from 'quasar'
import { onBeforeRouteLeave } from 'vue-router'
import type { useAutosave } from './autosave'
import { useWords } from './words'

/** Saves before the screen is left, and asks only if that failed. */
export function useSafeLeave(autosave: ReturnType<typeof useAutosave>): void {
  const $q = useQuasar()
  const { t, say } = useWords()

  onBeforeRouteLeave(async () => {
    if (await autosave.flush()) return true
    return new Promise<boolean>((resolve) => {
      $q.dialog({
        title: t('forms.not_saved', { why: say(autosave.error.value) }),
        message: t('forms.leave_anyway'),
        ok: { label: t('forms.leave'), flat: true, noCaps: true, color: 'negative' },
        cancel: { label: t('forms.stay'), unelevated: true, noCaps: true, color: 'primary' },
        persistent: true,
      })
        .onOk(() => resolve(true))
        .onCancel(() => resolve(false))
    })
  })
}
