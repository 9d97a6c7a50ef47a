// A driver in Rust that knows the ABI from the header alone: every type is written down by hand. Its tasks
// end when they are told to. It builds with Debian 12's compiler, version 1.63.

use std::collections::HashMap;
use std::ffi::CStr;
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::os::unix::io::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr::null;
use std::sync::Mutex;

type Status = i32;
const OK: Status = 0;
const NOT_FOUND: Status = 3;
const STILL_RUNNING: Status = 6;

#[repr(C)]
#[derive(Clone, Copy)]
struct HString {
    data: *const c_char,
    length: usize,
}

impl HString {
    fn new(text: &str) -> HString {
        HString { data: text.as_ptr().cast(), length: text.len() }
    }

    fn text(&self) -> String {
        if self.length == 0 {
            return String::new();
        }
        let bytes = unsafe { std::slice::from_raw_parts(self.data.cast::<u8>(), self.length) };
        String::from_utf8_lossy(bytes).into_owned()
    }
}

#[repr(C)]
struct Sink {
    context: *mut c_void,
    write: Option<unsafe extern "C" fn(*mut c_void, HString)>,
}

impl Sink {
    fn write(&self, text: &str) {
        if let Some(write) = self.write {
            unsafe { write(self.context, HString::new(text)) }
        }
    }

    fn fail(&self, status: Status, text: &str) -> Status {
        self.write(text);
        status
    }
}

#[repr(C)]
struct PairSink {
    context: *mut c_void,
    add: Option<unsafe extern "C" fn(*mut c_void, HString, HString)>,
}

#[repr(C)]
struct Field {
    name: *const c_char,
    doc: *const c_char,
    default_value: *const c_char,
    fields: *const Field,
    field_count: usize,
    kind: i32,
    flags: u32,
}

#[repr(C)]
struct Schema {
    fields: *const Field,
    field_count: usize,
    stride: usize,
}

#[repr(C)]
struct Config {
    context: *const c_void,
    getters: *const Getters,
}

type Getter<T> = unsafe extern "C" fn(*const c_void, *const c_char, *mut T) -> Status;

#[repr(C)]
struct Getters {
    size: usize,
    get_bool: Getter<i32>,
    get_int64: Getter<i64>,
    get_double: Getter<f64>,
    get_string: Getter<HString>,
    get_count: Getter<usize>,
    get_list_item: unsafe extern "C" fn(*const c_void, *const c_char, usize, *mut HString) -> Status,
    get_map_entry:
        unsafe extern "C" fn(*const c_void, *const c_char, usize, *mut HString, *mut HString) -> Status,
    get_block: unsafe extern "C" fn(*const c_void, *const c_char, usize, *mut Config) -> Status,
}

#[repr(C)]
struct Fingerprint {
    size: usize,
    health: i32,
    refresh_milliseconds: u32,
    changed_descriptor: i32,
    description: Sink,
    attributes: PairSink,
}

#[repr(C)]
struct Logs {
    size: usize,
    directory: HString,
    stdout_name: HString,
    stderr_name: HString,
    max_file_bytes: i64,
    max_files: u32,
    disabled: u32,
}

#[repr(C)]
struct Resources {
    size: usize,
    cpu_mhz: i64,
    cores: i64,
    memory_bytes: i64,
    memory_max_bytes: i64,
}

#[repr(C)]
struct TaskRequest {
    size: usize,
    task_id: HString,
    allocation_id: HString,
    job_id: HString,
    job_name: HString,
    group_name: HString,
    task_name: HString,
    namespace_name: HString,
    node_name: HString,
    environment: *const HString,
    environment_count: usize,
    user: HString,
    allocation_directory: HString,
    task_directory: HString,
    local_directory: HString,
    secrets_directory: HString,
    temporary_directory: HString,
    logs: Logs,
    resources: Resources,
    config: Config,
}

#[repr(C)]
struct Started {
    size: usize,
    handle_version: u32,
    has_network: u32,
    handle: Sink,
    ip: Sink,
    ports: PairSink,
}

#[repr(C)]
struct TaskStatus {
    size: usize,
    state: i32,
    exit_code: i32,
    exit_signal: i32,
    oom_killed: i32,
    exit_unknown: i32,
    started_at: i64,
    exited_at: i64,
    message: Sink,
    attributes: PairSink,
}

#[repr(C)]
struct StopRequest {
    size: usize,
    signal: i32,
    force: u32,
    timeout_nanoseconds: i64,
}

#[repr(C)]
struct RecoverRequest {
    size: usize,
    task_id: HString,
    handle: HString,
    handle_version: u32,
    reloading: u32,
    logs: Logs,
}

#[repr(C)]
struct Table {
    size: usize,
    configure: extern "C" fn(*mut c_void, *const Config, Sink) -> Status,
    fingerprint: extern "C" fn(*mut c_void, *mut Fingerprint, Sink) -> Status,
    start: extern "C" fn(*mut c_void, *const TaskRequest, *mut Started, Sink) -> Status,
    wait: extern "C" fn(*mut c_void, HString, *mut i32, Sink) -> Status,
    stop: extern "C" fn(*mut c_void, HString, *const StopRequest, Sink) -> Status,
    signal: extern "C" fn(*mut c_void, HString, i32, Sink) -> Status,
    inspect: extern "C" fn(*mut c_void, HString, *mut TaskStatus, Sink) -> Status,
    destroy: extern "C" fn(*mut c_void, HString, i32, Sink) -> Status,
    recover: extern "C" fn(*mut c_void, *const RecoverRequest, *mut TaskStatus, Sink) -> Status,
    restore_complete: extern "C" fn(*mut c_void, Sink) -> Status,
    close: extern "C" fn(*mut c_void),
    extension: Option<extern "C" fn(*mut c_void, *const c_char) -> *const c_void>,
}

#[repr(C)]
struct Descriptor {
    size: usize,
    name: *const c_char,
    doc: *const c_char,
    capabilities: u64,
    filesystem_isolation: i32,
    reserved: u32,
    plugin_schema: Schema,
    task_schema: Schema,
}

#[repr(C)]
struct OpenDriver {
    table: *const Table,
    instance: *mut c_void,
}

#[repr(C)]
pub struct Entry {
    abi_major: u32,
    abi_minor: u32,
    size: usize,
    plugin_name: *const c_char,
    plugin_version: *const c_char,
    drivers: *const &'static Descriptor,
    driver_count: usize,
    open: extern "C" fn(*const c_void, *const c_char, *mut OpenDriver, Sink) -> Status,
}

// Static data that holds pointers to other static data.
unsafe impl Sync for Field {}
unsafe impl Sync for Descriptor {}
unsafe impl Sync for Entry {}

extern "C" {
    fn pipe2(ends: *mut i32, flags: i32) -> i32;
    fn fcntl(descriptor: i32, command: i32, ...) -> i32;
}
const O_CLOEXEC: i32 = 0o2000000;
const F_DUPFD_CLOEXEC: i32 = 1030;

/// The two ends of a pipe.
fn pipe() -> Option<(OwnedFd, OwnedFd)> {
    let mut ends = [-1, -1];
    unsafe {
        if pipe2(ends.as_mut_ptr(), O_CLOEXEC) != 0 {
            return None;
        }
        Some((OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])))
    }
}

struct Task {
    /// Closed when the task ends, which is what turns the other end readable.
    alive: Option<OwnedFd>,
    ended: OwnedFd,
    greeting: String,
    signal: i32,
}

#[derive(Default)]
struct Driver {
    tasks: Mutex<HashMap<String, Task>>,
}

fn driver(instance: *mut c_void) -> &'static Driver {
    unsafe { &*instance.cast::<Driver>() }
}

extern "C" fn configure(_: *mut c_void, _: *const Config, _: Sink) -> Status {
    OK
}

extern "C" fn fingerprint(_: *mut c_void, answer: *mut Fingerprint, _: Sink) -> Status {
    let answer = unsafe { &mut *answer };
    answer.health = 2;
    answer.description.write("written in Rust");
    OK
}

extern "C" fn start(
    instance: *mut c_void,
    request: *const TaskRequest,
    started: *mut Started,
    error: Sink,
) -> Status {
    let (request, started) = unsafe { (&*request, &mut *started) };
    let id = request.task_id.text();
    let mut greeting = HString { data: null(), length: 0 };
    unsafe {
        ((*request.config.getters).get_string)(request.config.context, b"greeting\0".as_ptr().cast(), &mut greeting);
    }
    let (ended, alive) = match pipe() {
        Some(ends) => ends,
        None => return error.fail(2, "there are no descriptors"),
    };
    let mut tasks = driver(instance).tasks.lock().unwrap();
    tasks
        .entry(id.clone())
        .or_insert(Task { alive: Some(alive), ended, greeting: greeting.text(), signal: 0 });
    started.handle.write(&id);
    OK
}

extern "C" fn wait(instance: *mut c_void, id: HString, descriptor: *mut i32, error: Sink) -> Status {
    let tasks = driver(instance).tasks.lock().unwrap();
    let task = match tasks.get(&id.text()) {
        Some(task) => task,
        None => return error.fail(NOT_FOUND, "there is no such task"),
    };
    let copy = unsafe { fcntl(task.ended.as_raw_fd(), F_DUPFD_CLOEXEC, 3) };
    if copy < 0 {
        return error.fail(2, "there are no descriptors");
    }
    unsafe { *descriptor = copy };
    OK
}

fn end(instance: *mut c_void, id: HString, signal: i32, error: Sink) -> Status {
    let mut tasks = driver(instance).tasks.lock().unwrap();
    let task = match tasks.get_mut(&id.text()) {
        Some(task) => task,
        None => return error.fail(NOT_FOUND, "there is no such task"),
    };
    if let Some(alive) = task.alive.take() {
        task.signal = signal;
        drop(alive);
    }
    OK
}

extern "C" fn stop(instance: *mut c_void, id: HString, request: *const StopRequest, error: Sink) -> Status {
    let request = unsafe { &*request };
    end(instance, id, if request.force != 0 { 9 } else { request.signal }, error)
}

extern "C" fn signal(instance: *mut c_void, id: HString, signal: i32, error: Sink) -> Status {
    end(instance, id, signal, error)
}

extern "C" fn inspect(instance: *mut c_void, id: HString, status: *mut TaskStatus, error: Sink) -> Status {
    let status = unsafe { &mut *status };
    let tasks = driver(instance).tasks.lock().unwrap();
    let task = match tasks.get(&id.text()) {
        Some(task) => task,
        None => return error.fail(NOT_FOUND, "there is no such task"),
    };
    status.message.write(&task.greeting);
    status.state = 1;
    if task.alive.is_none() {
        status.state = 2;
        status.exit_signal = task.signal;
        status.exit_code = 128 + task.signal;
    }
    OK
}

extern "C" fn destroy(instance: *mut c_void, id: HString, force: i32, error: Sink) -> Status {
    let mut tasks = driver(instance).tasks.lock().unwrap();
    match tasks.get(&id.text()) {
        None => return error.fail(NOT_FOUND, "there is no such task"),
        Some(task) if task.alive.is_some() && force == 0 => return error.fail(STILL_RUNNING, "it runs"),
        Some(_) => {}
    }
    tasks.remove(&id.text());
    OK
}

extern "C" fn recover(_: *mut c_void, _: *const RecoverRequest, _: *mut TaskStatus, error: Sink) -> Status {
    error.fail(NOT_FOUND, "tasks of this driver do not outlive it")
}

extern "C" fn restore_complete(_: *mut c_void, _: Sink) -> Status {
    OK
}

extern "C" fn close(instance: *mut c_void) {
    drop(unsafe { Box::from_raw(instance.cast::<Driver>()) });
}

extern "C" fn open(_: *const c_void, name: *const c_char, result: *mut OpenDriver, error: Sink) -> Status {
    if unsafe { CStr::from_ptr(name) }.to_bytes() != b"rusty" {
        return error.fail(5, "there is no such driver");
    }
    let instance = Box::into_raw(Box::<Driver>::default());
    unsafe { *result = OpenDriver { table: &TABLE, instance: instance.cast() } };
    OK
}

static TABLE: Table = Table {
    size: size_of::<Table>(),
    configure,
    fingerprint,
    start,
    wait,
    stop,
    signal,
    inspect,
    destroy,
    recover,
    restore_complete,
    close,
    extension: None,
};

static FIELDS: [Field; 1] = [Field {
    name: b"greeting\0".as_ptr().cast(),
    doc: b"What to say.\0".as_ptr().cast(),
    default_value: b"hello\0".as_ptr().cast(),
    fields: null(),
    field_count: 0,
    kind: 4,
    flags: 0,
}];

static RUSTY: Descriptor = Descriptor {
    size: size_of::<Descriptor>(),
    name: b"rusty\0".as_ptr().cast(),
    doc: b"A driver in Rust.\0".as_ptr().cast(),
    capabilities: 1,
    filesystem_isolation: 0,
    reserved: 0,
    plugin_schema: Schema { fields: null(), field_count: 0, stride: 0 },
    task_schema: Schema { fields: FIELDS.as_ptr(), field_count: FIELDS.len(), stride: size_of::<Field>() },
};

static DRIVERS: [&Descriptor; 1] = [&RUSTY];

static ENTRY: Entry = Entry {
    abi_major: 1,
    abi_minor: 0,
    size: size_of::<Entry>(),
    plugin_name: b"rusty\0".as_ptr().cast(),
    plugin_version: b"0.1\0".as_ptr().cast(),
    drivers: DRIVERS.as_ptr(),
    driver_count: 1,
    open,
};

#[no_mangle]
pub extern "C" fn hostler_driver_entry() -> *const Entry {
    &ENTRY
}
