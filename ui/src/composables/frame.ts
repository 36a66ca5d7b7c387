/** A page as high as what the frame around it leaves, in pixels, so that its parts scroll and not the page. */
export const frameHeight = (offset: number, frame: number) => ({ height: `${frame - offset}px` })
