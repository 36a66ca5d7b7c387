import { v7 as uuid } from 'uuid'
import { createRouter, createWebHashHistory } from 'vue-router'
import { pageScroll } from './page-scroll'
import { isStepOf } from './screens/problems/begun'
import { begunPaper } from './screens/papers/begun'
import { useDrafts } from './stores/drafts'

export const router = createRouter({
  // Works wherever the bundle is mounted, in the shell and at the office.
  history: createWebHashHistory(),
  scrollBehavior: pageScroll,
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
      beforeEnter: async ({ params, query }) => {
        const site = String(params['site'])
        const begun = await useDrafts().ofSite(site, typeof query['task'] === 'string' ? query['task'] : null)
        return { name: 'inspection', params: { draft: begun?.id ?? uuid() }, query: { ...query, site } }
      },
    },
    { path: '/inspect', name: 'inspect', component: () => import('./screens/inspection/PickSiteScreen.vue') },
    {
      path: '/inspections/:draft',
      name: 'inspection',
      component: () => import('./screens/inspection/InspectionScreen.vue'),
      props: ({ params, query }) => ({ draft: String(params['draft']), site: query['site'] ?? null, task: query['task'] ?? null, source: query['source'] ?? null }),
      meta: { form: true },
    },
    { path: '/problems/:site?/:problem?', name: 'problems', component: () => import('./screens/problems/ProblemsScreen.vue'), props: true },
    {
      path: '/sites/:site/problems/:problem',
      name: 'problem',
      component: () => import('./screens/problems/ProblemScreen.vue'),
      props: true,
      meta: { form: true },
    },
    {
      // A step of a problem: the one that was begun, or a new one.
      path: '/sites/:site/problems/:problem/steps/:stage',
      name: 'step-problem',
      component: { render: () => null },
      beforeEnter: async ({ params }) => {
        const [site, problem, stage] = [String(params['site']), String(params['problem']), String(params['stage'])]
        const drafts = useDrafts()
        await drafts.load()
        const begun = drafts.drafts.find((draft) => draft.site === site && isStepOf(draft, problem, stage))
        return { name: 'step', params: { draft: begun?.id ?? uuid() }, query: { site, problem, stage } }
      },
    },
    {
      path: '/steps/:draft',
      name: 'step',
      component: () => import('./screens/problems/StepScreen.vue'),
      props: ({ params, query }) => ({ draft: String(params['draft']), site: query['site'] ?? null, problem: query['problem'] ?? null, stage: query['stage'] ?? null }),
      meta: { form: true },
    },
    { path: '/sites/:site/move', name: 'move-site', component: () => import('./screens/dossier/MoveSiteScreen.vue'), props: true, meta: { form: true } },
    {
      path: '/sites/:site/decide',
      name: 'decide',
      component: () => import('./screens/dossier/plans/DecideScreen.vue'),
      props: ({ params, query }) => ({ site: String(params['site']), from: query['from'] ?? null }),
      meta: { form: true },
    },
    { path: '/sites/:site/complete', name: 'complete', component: () => import('./screens/dossier/plans/CompleteScreen.vue'), props: true, meta: { form: true } },
    { path: '/sites/:site/progress', name: 'progress', component: () => import('./screens/dossier/plans/ProgressScreen.vue'), props: true, meta: { form: true } },
    {
      path: '/sites/:site/cases/new',
      name: 'case-new',
      component: () => import('./screens/dossier/plans/CaseScreen.vue'),
      props: ({ params, query }) => ({ site: String(params['site']), task: query['task'] ?? null }),
      meta: { form: true },
    },
    {
      path: '/ledger/:grid?',
      name: 'ledger',
      component: () => import('./screens/ledger/LedgerScreen.vue'),
      props: true,
    },
    { path: '/tasks', name: 'tasks', component: () => import('./screens/tasks/TasksScreen.vue') },
    {
      path: '/tasks/new/petition',
      name: 'petition-new',
      component: () => import('./screens/tasks/TaskFormScreen.vue'),
      props: () => ({ kind: 'petition' }),
      meta: { form: true },
    },
    {
      path: '/tasks/new/assigned',
      name: 'assigned-new',
      component: () => import('./screens/tasks/TaskFormScreen.vue'),
      props: () => ({ kind: 'assigned' }),
      meta: { form: true },
    },
    { path: '/tasks/new/campaign', name: 'campaign-new', component: () => import('./screens/tasks/CampaignScreen.vue'), meta: { form: true } },
    { path: '/tasks/:task', name: 'task', component: () => import('./screens/tasks/TaskScreen.vue'), props: true },
    { path: '/tasks/:task/reply', name: 'task-reply', component: () => import('./screens/tasks/ReplyScreen.vue'), props: true, meta: { form: true } },
    { path: '/held', name: 'held', component: () => import('./screens/held/HeldScreen.vue') },
    { path: '/rules', name: 'rules', component: () => import('./screens/rules/RulesScreen.vue') },
    { path: '/map', name: 'map', component: () => import('./screens/map/MapScreen.vue') },
    { path: '/map/tiles', name: 'tiles', component: () => import('./screens/map/TilesScreen.vue') },
    { path: '/papers', name: 'papers', component: () => import('./screens/papers/PapersScreen.vue') },
    {
      // A paper of this step: the one that was begun, or a new one.
      path: '/sites/:site/papers/new/:step',
      name: 'paper-new',
      component: { render: () => null },
      beforeEnter: async ({ params }) => {
        const [site, step] = [String(params['site']), String(params['step'])]
        return { name: 'paper-draft', params: { draft: (await begunPaper(site, step)) ?? uuid() }, query: { site, step } }
      },
    },
    {
      path: '/papers/drafts/:draft',
      name: 'paper-draft',
      component: () => import('./screens/papers/PaperFormScreen.vue'),
      props: ({ params, query }) => ({ draft: String(params['draft']), site: query['site'] ?? null, step: query['step'] ?? null }),
      meta: { form: true },
    },
    { path: '/sites/:site/papers/:paper', name: 'paper', component: () => import('./screens/papers/PaperScreen.vue'), props: true },
    { path: '/import', name: 'import', component: () => import('./screens/imports/ImportScreen.vue') },
    { path: '/photos/check', name: 'photo-check', component: () => import('./screens/photos/CheckScreen.vue') },
    { path: '/photos/missing', name: 'photos-missing', component: () => import('./screens/photos/MissingPhotosScreen.vue') },
    { path: '/account', name: 'account', component: () => import('./screens/account/AccountScreen.vue') },
    { path: '/people/new', name: 'person-new', component: () => import('./screens/people/PersonFormScreen.vue'), meta: { form: true } },
    { path: '/people/:person?', name: 'people', component: () => import('./screens/people/PeopleScreen.vue'), props: true },
    { path: '/people/:person/edit', name: 'person-edit', component: () => import('./screens/people/PersonFormScreen.vue'), props: true, meta: { form: true } },
    { path: '/devices/invite', name: 'device-invite', component: () => import('./screens/devices/InviteScreen.vue'), meta: { form: true } },
    { path: '/devices/:device?', name: 'devices', component: () => import('./screens/devices/DevicesScreen.vue'), props: true },
    { path: '/bundles', name: 'bundles', component: () => import('./screens/bundle-office/BundleOfficeScreen.vue') },
    { path: '/sync', name: 'sync', component: () => import('./screens/sync/SyncScreen.vue') },
    { path: '/sync/bundle', name: 'bundle', component: () => import('./screens/sync/BundleScreen.vue') },
    { path: '/enrol', name: 'enrol', component: () => import('./screens/enrol/EnrolScreen.vue') },
    { path: '/me', name: 'me', component: () => import('./screens/me/MeScreen.vue') },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./screens/MissingScreen.vue') },
  ],
})
