import { onScopeDispose, ref, shallowRef } from 'vue'

/** Why there is no live picture: the web view has none to give, somebody refused it, or there is no camera. */
export type NoCamera = 'missing' | 'denied' | 'none'

/** Some phones never answer when they are asked for a still. */
const STILL_MS = 6000
const QUALITY = 0.92

interface StillCamera {
  takePhoto(): Promise<Blob>
}
type StillCameraOf = new (track: MediaStreamTrack) => StillCamera

/** As large as the camera can: browsers take the nearest that it has. */
const WANTED: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: { ideal: 'environment' }, width: { ideal: 4096 }, height: { ideal: 3072 } },
}

export const hasLiveCamera = (): boolean => typeof navigator.mediaDevices?.getUserMedia === 'function'

function whyNot(cause: unknown): NoCamera {
  const name = cause instanceof DOMException ? cause.name : ''
  return name === 'NotAllowedError' || name === 'SecurityError' ? 'denied' : 'none'
}

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** The camera's own still, which is larger than its moving picture, where the browser can ask for one. */
async function still(track: MediaStreamTrack): Promise<Blob | null> {
  const Camera = (window as { ImageCapture?: StillCameraOf }).ImageCapture
  if (!Camera || track.readyState !== 'live') return null
  try {
    const blob = await within(new Camera(track).takePhoto(), STILL_MS)
    return blob.size > 0 ? blob : null
  } catch {
    return null
  }
}

/** What the moving picture shows at this moment. */
async function grabbed(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas')
  canvas.width = video.videoWidth
  canvas.height = video.videoHeight
  const context = canvas.getContext('2d')
  if (!context || canvas.width === 0) return null
  context.drawImage(video, 0, 0)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY))
}

/** The live picture of the rear camera. It is let go with the component, and while the program is out of sight. */
export function useLiveCamera() {
  const stream = shallowRef<MediaStream | null>(null)
  const failure = ref<NoCamera | null>(null)
  let asked = 0

  function stop(): void {
    asked += 1
    stream.value?.getTracks().forEach((track) => track.stop())
    stream.value = null
  }

  async function start(): Promise<void> {
    stop()
    const mine = asked
    failure.value = hasLiveCamera() ? null : 'missing'
    if (failure.value !== null) return
    try {
      const live = await navigator.mediaDevices.getUserMedia(WANTED)
      if (mine === asked) stream.value = live
      else live.getTracks().forEach((track) => track.stop())
    } catch (cause) {
      if (mine === asked) failure.value = whyNot(cause)
    }
  }

  /** One photo as a JPEG; `null` if the camera gave none. */
  async function take(video: HTMLVideoElement): Promise<Blob | null> {
    const track = stream.value?.getVideoTracks()[0]
    return ((track && (await still(track))) || (await grabbed(video))) ?? null
  }

  function seen(): void {
    if (document.hidden) stop()
    else if (!stream.value && failure.value === null) void start()
  }
  document.addEventListener('visibilitychange', seen)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', seen)
    stop()
  })

  return { stream, failure, start, stop, take }
}
