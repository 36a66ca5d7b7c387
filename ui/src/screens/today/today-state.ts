import { ref } from 'vue'
import type { TodayOrder } from '@/wire/TodayOrder'

/** How the places were last put in order, as long as the program runs. */
export const placesOrder = ref<TodayOrder>('deadline')
