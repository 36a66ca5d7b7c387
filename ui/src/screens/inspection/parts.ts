import type { InjectionKey } from 'vue'
import type { PhotoNote } from './photo-notes'

/** What parts of the form ask of the form as a whole. */
export interface FormParts {
  /** Shows a photo of the form. */
  look(hash: string): void
  /** Opens a photo of the form to draw on it. */
  draw(hash: string): void
  /** Whether something was drawn on a photo that is not saved yet. */
  drawnOn(hash: string): boolean
  /** Opens the live camera for a problem on record. */
  after(problem: string): void
  /** Puts the form on the disk and notes what the camera is opened for; false if that failed. */
  beforeCamera(note: PhotoNote): Promise<boolean>
}

export const FORM_PARTS: InjectionKey<FormParts> = Symbol('the parts of the form')
