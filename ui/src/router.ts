import { v7 as uuid } from 'uuid'
import { createRouter, createWebHashHistory } from 'vue-router'
import { useDrafts } from './stores/drafts'

export const router = createRouter({
  // Works wherever the bundle is mounted, in the shell and at the office.
  history: createWebHashHistory(),
  routes: [
    { path: '/', name: 'today', component: () => import('./screens/today/TodayScreen.vue') },
    {
      path: '/sites/:site?',
      name: 'sites',
      component: () => import('./screens/sites/SitesScreen.vue'),
      props: true,
    },
    // The address holds the form from the beginning, so that a restart finds it again.
    { path: '/registrations', redirect: () => ({ name: 'registration', params: { draft: uuid() } }) },
    {
      path: '/registrations/:draft',
      name: 'registration',
      component: () => import('./screens/registration/RegistrationScreen.vue'),
      props: true,
      meta: { form: true },
    },
    {
      // A link to the inspection of a site: the one that was begun, or a new one.
      path: '/inspect/:site',
      name: 'inspect-site',
      component: { render: () => null },
      beforeEnter: async ({ params }) => {
        const site = String(params['site'])
        const begun = await useDrafts().ofSite(site)
        return { name: 'inspection', params: { draft: begun?.id ?? uuid() }, query: { site } }
      },
    },
    { path: '/inspect', name: 'inspect', component: () => import('./screens/inspection/PickSiteScreen.vue') },
    {
      path: '/inspections/:draft',
      name: 'inspection',
      component: () => import('./screens/inspection/InspectionScreen.vue'),
      props: (route) => ({ draft: String(route.params['draft']), site: route.query['site'] ?? null }),
      meta: { form: true },
    },
    {
      path: '/ledger/:grid?',
      name: 'ledger',
      component: () => import('./screens/ledger/LedgerScreen.vue'),
      props: true,
    },
    { path: '/map', name: 'map', component: () => import('./screens/map/MapScreen.vue') },
    { path: '/map/tiles', name: 'tiles', component: () => import('./screens/map/TilesScreen.vue') },
    { path: '/import', name: 'import', component: () => import('./screens/imports/ImportScreen.vue') },
    { path: '/photos/check', name: 'photo-check', component: () => import('./screens/photos/CheckScreen.vue') },
    { path: '/photos/missing', name: 'photos-missing', component: () => import('./screens/photos/MissingPhotosScreen.vue') },
    { path: '/sync', name: 'sync', component: () => import('./screens/sync/SyncScreen.vue') },
    { path: '/me', name: 'me', component: () => import('./screens/me/MeScreen.vue') },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./screens/MissingScreen.vue') },
  ],
})
