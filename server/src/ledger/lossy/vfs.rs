//! The layer between SQLite and the files: it hands everything on to the system's own layer, but
//! syncs, and notes what a power cut could take back.
#![expect(unsafe_code, reason = "SQLite's file layer is a C interface; this is for tests only")]
#![expect(non_snake_case, reason = "functions are named as the fields that they fill")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::{Connection, OpenFlags, ffi};

use super::{Event, Name};

/// What SQLite knows the layer by, and what the layer itself has to know. Registered, it is SQLite's
/// for good.
#[repr(C)]
struct Layer {
    /// First, so that a pointer to it is a pointer to the layer.
    vfs: ffi::sqlite3_vfs,
    system: *mut ffi::sqlite3_vfs,
    noted: Mutex<Vec<Event>>,
    /// So many more syncs succeed, and then one fails.
    syncs_left: AtomicU32,
    /// There is room for so many more writes, and then for none.
    writes_left: AtomicU32,
}

/// One open file; the system's own follows it in memory.
#[repr(C)]
struct Open {
    base: ffi::sqlite3_file,
    layer: *const Layer,
    /// None: of no matter after a power cut.
    name: Option<Name>,
}

/// A layer of its own for one test, which notes what its connections do to their files.
#[derive(Clone, Copy)]
pub(crate) struct Vfs {
    layer: &'static Layer,
    name: &'static CStr,
}

// SAFETY: the pointers in a layer are set once, before it is shared, and what they point to (the
// system's layer) is SQLite's, for good, and made to be used by any thread.
unsafe impl Sync for Layer {}

impl Vfs {
    /// A layer that nobody uses yet.
    pub(crate) fn register() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("lossy-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let name: &'static CStr = Box::leak(CString::new(name).unwrap().into_boxed_c_str());
        // SAFETY: the default layer exists and stays; the copy differs in what it opens, removes and
        // is called, and lives for good.
        unsafe {
            let system = ffi::sqlite3_vfs_find(std::ptr::null());
            let mut vfs = *system;
            vfs.szOsFile += c_int::try_from(size_of::<Open>()).unwrap();
            vfs.pNext = std::ptr::null_mut();
            vfs.zName = name.as_ptr();
            vfs.xOpen = Some(open);
            vfs.xDelete = Some(delete);
            let [syncs_left, writes_left] = [(); 2].map(|()| AtomicU32::new(u32::MAX));
            let noted = Mutex::default();
            let layer = Layer { vfs, system, noted, syncs_left, writes_left };
            let layer = Box::leak(Box::new(layer));
            assert_eq!(ffi::sqlite3_vfs_register(&raw mut layer.vfs, 0), ffi::SQLITE_OK);
            Self { layer, name }
        }
    }

    /// A connection through the layer.
    pub(crate) fn connect(self, path: &Path) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags_and_vfs(path, flags, self.name)
    }

    /// What was noted since the last time.
    pub(crate) fn take(self) -> Vec<Event> {
        std::mem::take(&mut self.layer.noted.lock().unwrap())
    }

    /// Lets so many more syncs succeed, and one fail.
    pub(crate) fn fail_sync_after(self, syncs: u32) {
        self.layer.syncs_left.store(syncs, Ordering::Relaxed);
    }

    /// Lets every sync succeed.
    pub(crate) fn fail_no_sync(self) {
        self.fail_sync_after(u32::MAX);
    }

    /// Has room for so many more writes; `u32::MAX`: for any number.
    pub(crate) fn leave_room(self, writes: u32) {
        self.layer.writes_left.store(writes, Ordering::Relaxed);
    }
}

/// Takes one of what is left; whether there was any. `u32::MAX` never ends.
fn take_one(left: &AtomicU32) -> bool {
    let fewer = |left: u32| if left == u32::MAX { None } else { left.checked_sub(1) };
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer) != Err(0)
}

impl Layer {
    fn note(&self, event: Event) {
        self.noted.lock().unwrap().push(event);
    }
}

fn known(path: *const c_char) -> Option<Name> {
    if path.is_null() {
        return None;
    }
    // SAFETY: SQLite names files by strings that end with a zero.
    let path = unsafe { CStr::from_ptr(path) }.to_str().ok()?;
    Name::ALL.into_iter().find(|name| path.ends_with(name.as_str()))
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    path: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives back the layer that was registered, and memory for both files.
    unsafe {
        let layer = vfs.cast::<Layer>();
        let ours = file.cast::<Open>();
        ours.write(Open {
            base: ffi::sqlite3_file { pMethods: std::ptr::null() },
            layer,
            name: known(path),
        });
        let system = (*layer).system;
        let opened = match (*system).xOpen {
            Some(open) => open(system, path, theirs(file), flags, flags_out),
            None => ffi::SQLITE_CANTOPEN,
        };
        if opened == ffi::SQLITE_OK {
            (*ours).base.pMethods = &raw const METHODS;
        }
        opened
    }
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, path: *const c_char, sync: c_int) -> c_int {
    // SAFETY: as above.
    unsafe {
        let layer = vfs.cast::<Layer>();
        let system = (*layer).system;
        let deleted = match (*system).xDelete {
            Some(delete) => delete(system, path, 0),
            None => ffi::SQLITE_IOERR_DELETE,
        };
        if let Some(file) = known(path).filter(|_| deleted == ffi::SQLITE_OK) {
            (*layer).note(Event::Removed { file, synced: sync != 0 });
        }
        deleted
    }
}

/// The system's own file.
unsafe fn theirs(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: `szOsFile` asks for room for both.
    unsafe { file.cast::<Open>().add(1).cast() }
}

/// Notes what happened to a file that matters.
unsafe fn note(file: *mut ffi::sqlite3_file, event: impl FnOnce(Name) -> Event) {
    // SAFETY: SQLite gives back files that `open` has opened; layers live for good.
    unsafe {
        let ours = file.cast::<Open>();
        if let Some(name) = (*ours).name {
            (*(*ours).layer).note(event(name));
        }
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite gives so many bytes.
    unsafe {
        let ours = file.cast::<Open>();
        if (*ours).name.is_some() && !take_one(&(*(*ours).layer).writes_left) {
            return ffi::SQLITE_FULL;
        }
        let done = xWrite(file, bytes, count, at);
        if done == ffi::SQLITE_OK {
            let bytes =
                std::slice::from_raw_parts(bytes.cast::<u8>(), count.unsigned_abs() as usize);
            let at = usize::try_from(at).unwrap();
            note(file, |file| Event::Written { file, at, bytes: bytes.to_vec() });
        }
        done
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: the file is open.
    unsafe {
        let done = xTruncate(file, size);
        if done == ffi::SQLITE_OK {
            let length = usize::try_from(size).unwrap();
            note(file, |file| Event::Resized { file, length });
        }
        done
    }
}

/// Syncs nothing: the disk is a model, and tests are many.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: the file is open; layers live for good.
    unsafe {
        let layer = (*file.cast::<Open>()).layer;
        if !take_one(&(*layer).syncs_left) {
            note(file, Event::SyncFailed);
            return ffi::SQLITE_IOERR_FSYNC;
        }
        note(file, Event::Synced);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn xShmBarrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: the file is open.
    unsafe {
        let theirs = theirs(file);
        if let Some(barrier) = (*(*theirs).pMethods).xShmBarrier {
            barrier(theirs);
        }
    }
}

macro_rules! hand_on {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {$(
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file, $($argument: $kind),*) -> c_int {
            // SAFETY: the file is open, and the arguments are SQLite's own.
            unsafe {
                let theirs = theirs(file);
                match (*(*theirs).pMethods).$name {
                    Some(method) => method(theirs, $($argument),*),
                    None => ffi::SQLITE_IOERR,
                }
            }
        }
    )*};
}

hand_on! {
    xClose();
    xRead(into: *mut c_void, count: c_int, at: ffi::sqlite3_int64);
    xWrite(bytes: *const c_void, count: c_int, at: ffi::sqlite3_int64);
    xTruncate(size: ffi::sqlite3_int64);
    xFileSize(size: *mut ffi::sqlite3_int64);
    xLock(level: c_int);
    xUnlock(level: c_int);
    xCheckReservedLock(out: *mut c_int);
    xFileControl(what: c_int, argument: *mut c_void);
    xSectorSize();
    xDeviceCharacteristics();
    xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void);
    xShmLock(offset: c_int, count: c_int, flags: c_int);
    xShmUnmap(delete: c_int);
}

/// Version 2: no file is mapped into memory past our notes.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(xClose),
    xRead: Some(xRead),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(xFileSize),
    xLock: Some(xLock),
    xUnlock: Some(xUnlock),
    xCheckReservedLock: Some(xCheckReservedLock),
    xFileControl: Some(xFileControl),
    xSectorSize: Some(xSectorSize),
    xDeviceCharacteristics: Some(xDeviceCharacteristics),
    xShmMap: Some(xShmMap),
    xShmLock: Some(xShmLock),
    xShmBarrier: Some(xShmBarrier),
    xShmUnmap: Some(xShmUnmap),
    xFetch: None,
    xUnfetch: None,
};
