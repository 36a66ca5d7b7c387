//! Protocols that do one thing themselves and leave the rest to another: what fails, counts or delays one call.

/// Calls of [`wire::sync::SyncProtocol`] that go to a field as they are: `forward!(office: photo_state, photo_send)`. `rest`
/// stands for all but `exchange`. `forward!(office through time: rest)` gives each call, before it is made, to a method
/// `time(&self, name, call)`, whose answer is then that of the call.
#[macro_export]
macro_rules! forward {
    ($inner:tt $(through $way:ident)?: rest) => {
        $crate::forward!($inner $(through $way)?: photo_state, photo_send, photo_fetch, photos_held, thumbnails_send,
            thumbnails_fetch, changes_held, heads, documents_fetch, erased);
    };
    ($inner:tt: $($call:ident),+ $(,)?) => { $($crate::forward!(@$call $inner);)+ };
    ($inner:tt through $way:ident: $($call:ident),+ $(,)?) => { $($crate::forward!(@$call $inner $way);)+ };
    (@answer $name:literal, $call:expr, $this:ident) => { $call.await };
    (@answer $name:literal, $call:expr, $this:ident $way:ident) => { $this.$way($name, $call).await };
    (@photo_state $inner:tt $($way:ident)?) => {
        async fn photo_state(
            &self,
            hash: &::domain::PhotoHash,
        ) -> Result<::wire::sync::PhotoState, ::wire::sync::ProtocolError> {
            $crate::forward!(@answer "photo_state", self.$inner.photo_state(hash), self $($way)?)
        }
    };
    (@photo_send $inner:tt $($way:ident)?) => {
        async fn photo_send(
            &self,
            hash: &::domain::PhotoHash,
            total: u64,
            offset: u64,
            bytes: Vec<u8>,
        ) -> Result<::wire::sync::PhotoState, ::wire::sync::ProtocolError> {
            $crate::forward!(@answer "photo_send", self.$inner.photo_send(hash, total, offset, bytes), self $($way)?)
        }
    };
    (@photo_fetch $inner:tt $($way:ident)?) => {
        async fn photo_fetch(
            &self,
            hash: &::domain::PhotoHash,
            offset: u64,
            limit: u64,
        ) -> Result<Option<(Vec<u8>, u64)>, ::wire::sync::ProtocolError> {
            $crate::forward!(@answer "photo_fetch", self.$inner.photo_fetch(hash, offset, limit), self $($way)?)
        }
    };
    (@photos_held $inner:tt $($way:ident)?) => {
        async fn photos_held(
            &self,
            hashes: Vec<::domain::PhotoHash>,
        ) -> Result<Vec<bool>, ::wire::sync::ProtocolError> {
            $crate::forward!(@answer "photos_held", self.$inner.photos_held(hashes), self $($way)?)
        }
    };
    (@thumbnails_send $inner:tt $($way:ident)?) => {
        async fn thumbnails_send(
            &self,
            thumbnails: Vec<::wire::sync::Thumbnail>,
        ) -> Result<(), ::wire::sync::ProtocolError> {
            $crate::forward!(@answer "thumbnails_send", self.$inner.thumbnails_send(thumbnails), self $($way)?)
        }
    };
    (@thumbnails_fetch $inner:tt $($way:ident)?) => {
        async fn thumbnails_fetch(
            &self,
            hashes: Vec<::domain::PhotoHash>,
        ) -> Result<::wire::sync::Thumbnails, ::wire::sync::ProtocolError> {
            $crate::forward!(@answer "thumbnails_fetch", self.$inner.thumbnails_fetch(hashes), self $($way)?)
        }
    };
    (@changes_held $inner:tt $($way:ident)?) => {
        async fn changes_held(
            &self,
            hashes: Vec<::serde_bytes::ByteBuf>,
        ) -> Result<Vec<bool>, ::wire::sync::ProtocolError> {
            $crate::forward!(@answer "changes_held", self.$inner.changes_held(hashes), self $($way)?)
        }
    };
    (@heads $inner:tt $($way:ident)?) => {
        async fn heads(
            &self,
            grid: &::domain::GridCode,
            after: Option<::uuid::Uuid>,
        ) -> Result<::wire::sync::HeadsPage, ::wire::sync::ProtocolError> {
            $crate::forward!(@answer "heads", self.$inner.heads(grid, after), self $($way)?)
        }
    };
    (@documents_fetch $inner:tt $($way:ident)?) => {
        async fn documents_fetch(
            &self,
            documents: Vec<::uuid::Uuid>,
        ) -> Result<::wire::sync::Documents, ::wire::sync::ProtocolError> {
            $crate::forward!(@answer "documents_fetch", self.$inner.documents_fetch(documents), self $($way)?)
        }
    };
    (@erased $inner:tt $($way:ident)?) => {
        async fn erased(&self) -> Result<(), ::wire::sync::ProtocolError> {
            $crate::forward!(@answer "erased", self.$inner.erased(), self $($way)?)
        }
    };
}
