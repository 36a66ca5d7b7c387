import { onMounted, type Ref } from 'vue'

/** In a line of chips that scrolls, what is chosen is not left out of sight when a screen opens. */
export function useChipInSight(line: Ref<HTMLElement | null>): void {
  onMounted(() => {
    const chosen = line.value?.querySelector<HTMLElement>('.chip.on')
    // Only sideways, and only the line itself.
    if (line.value && chosen) line.value.scrollLeft = Math.max(0, chosen.offsetLeft + chosen.offsetWidth + 16 - line.value.offsetLeft - line.value.clientWidth)
  })
}
