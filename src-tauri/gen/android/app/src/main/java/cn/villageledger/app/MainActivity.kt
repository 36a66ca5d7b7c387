package cn.villageledger.app

import android.content.Context
import android.content.res.Configuration
import android.net.wifi.WifiManager
import android.os.Bundle
import android.view.View
import android.webkit.WebView
import androidx.activity.OnBackPressedCallback
import androidx.activity.enableEdgeToEdge
import androidx.core.view.ViewCompat
import androidx.core.view.WindowInsetsCompat

class MainActivity : TauriActivity() {
  private var page: WebView? = null

  /** Without it many phones drop the answers by which the office is found on the local network. */
  private val multicast: WifiManager.MulticastLock? by lazy {
    val wifi = applicationContext.getSystemService(Context.WIFI_SERVICE) as? WifiManager
    wifi?.createMulticastLock("village-ledger")?.apply { setReferenceCounted(false) }
  }

  override fun onCreate(savedInstanceState: Bundle?) {
    enableEdgeToEdge()
    // Tauri's own callback comes before this one and goes back in the page's history. At its beginning the app steps
    // aside as it is, where Android before 12 would end it in the middle of a form or of a sync.
    onBackPressedDispatcher.addCallback(
      this,
      object : OnBackPressedCallback(true) {
        override fun handleOnBackPressed() {
          moveTaskToBack(true)
        }
      },
    )
    super.onCreate(savedInstanceState)
  }

  override fun onResume() {
    super.onResume()
    multicast?.acquire()
  }

  /** Listening costs power: only while the app is in front. */
  override fun onPause() {
    multicast?.release()
    super.onPause()
  }

  override fun onWebViewCreate(webView: WebView) {
    page = webView
    keepClearOfSystemBars(frame())
    takeOver(resources.configuration)
  }

  override fun onConfigurationChanged(newConfig: Configuration) {
    super.onConfigurationChanged(newConfig)
    takeOver(newConfig)
  }

  private fun frame(): View = findViewById(android.R.id.content)

  /** Nothing is made anew when the person changes the size of letters or turns on the dark theme, so it is told. */
  private fun takeOver(configuration: Configuration) {
    val ground = getColor(R.color.ground)
    frame().setBackgroundColor(ground)
    page?.setBackgroundColor(ground)
    page?.settings?.textZoom = (configuration.fontScale * 100).toInt()
  }

  /**
   * Since Android 15 the window lies under the status bar, the navigation bar and the keyboard. Not all web views tell
   * the page by env(safe-area-inset-*), and none tells it of the keyboard: the frame around the page makes room.
   */
  private fun keepClearOfSystemBars(frame: View) {
    ViewCompat.setOnApplyWindowInsetsListener(frame) { view, insets ->
      val clear = insets.getInsets(
        WindowInsetsCompat.Type.systemBars() or
          WindowInsetsCompat.Type.displayCutout() or
          WindowInsetsCompat.Type.ime(),
      )
      view.setPadding(clear.left, clear.top, clear.right, clear.bottom)
      WindowInsetsCompat.CONSUMED
    }
    ViewCompat.requestApplyInsets(frame)
  }
}
