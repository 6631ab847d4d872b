package dev.aiserver.rehearsal.model;

/** What runs the models in memory. */
interface EngineFactory {

    /** Of a server inside a test, where a model in memory is no more than an entry in a list. */
    EngineFactory NONE = model -> () -> {};

    /** What runs one model, until it is closed. */
    interface Engine extends AutoCloseable {
        @Override
        void close();
    }

    Engine start(Model model);
}
