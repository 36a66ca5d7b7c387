// What the libraries use and Chrome 80 or Safari 14 lack.
import 'core-js/actual/aggregate-error'
import 'core-js/actual/array/at'
import 'core-js/actual/array/find-last'
import 'core-js/actual/array/find-last-index'
import 'core-js/actual/object/has-own'
import 'core-js/actual/promise/any'
import 'core-js/actual/string/at'
import 'core-js/actual/string/replace-all'
