//! Protocols that do one thing themselves and leave the rest to another: what fails, counts or delays one call.

/// Calls of [`wire::sync::SyncProtocol`] that go to a field as they are: `forward!(office: photo_state, photo_send)`. `rest`
/// stands for all but `exchange`.
#[macro_export]
macro_rules! forward {
    ($inner:tt: rest) => {
        $crate::forward!($inner: photo_state, photo_send, photo_fetch, photos_held, thumbnails_send,
            thumbnails_fetch, changes_held, heads, documents_fetch, erased);
    };
    ($inner:tt: $($call:ident),+ $(,)?) => { $($crate::forward!(@$call $inner);)+ };
    (@photo_state $inner:tt) => {
        async fn photo_state(
            &self,
            hash: &::domain::PhotoHash,
        ) -> Result<::wire::sync::PhotoState, ::wire::sync::ProtocolError> {
            self.$inner.photo_state(hash).await
        }
    };
    (@photo_send $inner:tt) => {
        async fn photo_send(
            &self,
            hash: &::domain::PhotoHash,
            total: u64,
            offset: u64,
            bytes: Vec<u8>,
        ) -> Result<::wire::sync::PhotoState, ::wire::sync::ProtocolError> {
            self.$inner.photo_send(hash, total, offset, bytes).await
        }
    };
    (@photo_fetch $inner:tt) => {
        async fn photo_fetch(
            &self,
            hash: &::domain::PhotoHash,
            offset: u64,
            limit: u64,
        ) -> Result<Option<(Vec<u8>, u64)>, ::wire::sync::ProtocolError> {
            self.$inner.photo_fetch(hash, offset, limit).await
        }
    };
    (@photos_held $inner:tt) => {
        async fn photos_held(
            &self,
            hashes: Vec<::domain::PhotoHash>,
        ) -> Result<Vec<bool>, ::wire::sync::ProtocolError> {
            self.$inner.photos_held(hashes).await
        }
    };
    (@thumbnails_send $inner:tt) => {
        async fn thumbnails_send(
            &self,
            thumbnails: Vec<::wire::sync::Thumbnail>,
        ) -> Result<(), ::wire::sync::ProtocolError> {
            self.$inner.thumbnails_send(thumbnails).await
        }
    };
    (@thumbnails_fetch $inner:tt) => {
        async fn thumbnails_fetch(
            &self,
            hashes: Vec<::domain::PhotoHash>,
        ) -> Result<::wire::sync::Thumbnails, ::wire::sync::ProtocolError> {
            self.$inner.thumbnails_fetch(hashes).await
        }
    };
    (@changes_held $inner:tt) => {
        async fn changes_held(
            &self,
            hashes: Vec<::serde_bytes::ByteBuf>,
        ) -> Result<Vec<bool>, ::wire::sync::ProtocolError> {
            self.$inner.changes_held(hashes).await
        }
    };
    (@heads $inner:tt) => {
        async fn heads(
            &self,
            grid: &::domain::GridCode,
            after: Option<::uuid::Uuid>,
        ) -> Result<::wire::sync::HeadsPage, ::wire::sync::ProtocolError> {
            self.$inner.heads(grid, after).await
        }
    };
    (@documents_fetch $inner:tt) => {
        async fn documents_fetch(
            &self,
            documents: Vec<::uuid::Uuid>,
        ) -> Result<::wire::sync::Documents, ::wire::sync::ProtocolError> {
            self.$inner.documents_fetch(documents).await
        }
    };
    (@erased $inner:tt) => {
        async fn erased(&self) -> Result<(), ::wire::sync::ProtocolError> {
            self.$inner.erased().await
        }
    };
}
