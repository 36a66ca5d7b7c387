/** Steps of one story: after one that fails the others are skipped, for they would only repeat its failure. `show` leaves a picture of it. */
export function stepsOf(t, show) {
  let failed = false
  return (name, body) =>
    t.test(name, { skip: failed && 'an earlier step failed' }, async () => {
      try {
        await body()
      } catch (error) {
        failed = true
        await show()
        throw error
      }
    })
}
